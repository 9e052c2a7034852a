from __future__ import annotations

import threading

import pytest
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders import services
from apps.orders.models import Order, OrderEvent
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.support.concurrency import at_once

LINE = {"sku": "TEA", "quantity": 2, "unit_price_cents": 450}


@pytest.mark.django_db(transaction=True)
def test_concurrent_cancels_make_one_transition():
    acme = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(acme):
        order = baker.make(Order, status="paid", paid_at="2026-01-01T00:00:00Z")

    def cancel(_: int) -> str:
        try:
            with tenant_scope(acme):
                services.cancel_order(order_id=order.pk)
            return "cancelled"
        except services.MoveNotAllowed:
            return "refused"

    outcomes = at_once(8, cancel)

    assert sorted(outcomes) == ["cancelled"] + ["refused"] * 7
    with tenant_scope(acme):
        assert list(OrderEvent.objects.values_list("kind", flat=True)) == ["cancelled"]


@pytest.mark.django_db(transaction=True)
def test_pay_waits_for_an_edit_so_a_paid_total_is_final():
    acme = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(acme):
        order = Order.objects.get(pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE]))
    paying = threading.Event()

    def pay() -> None:
        with tenant_scope(acme):
            paying.set()
            services.pay_order(order_id=order.pk)
        connection.close()

    thread = threading.Thread(target=pay)
    with tenant_scope(acme):
        services.create_item(order_id=order.pk, **LINE)
        thread.start()
        # On SQLite the second transaction waits at BEGIN, on PostgreSQL for the row lock.
        paying.wait(timeout=0.2)
        unpaid = Order.objects.get().status
    thread.join()

    assert unpaid == "draft"
    with tenant_scope(acme):
        assert list(Order.objects.values_list("status", "total_cents")) == [("paid", 1800)]
