"""The regression that this project is named after: cancelling an order deleted its customer."""

from __future__ import annotations

import pytest
from django.apps import apps
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order, OrderEvent

pytestmark = pytest.mark.usefixtures("in_acme")


def row_counts() -> dict[str, int]:
    """Rows per model, without marks of totals that have to be renewed: a change of revenue adds one."""
    models = [model for model in apps.get_models() if model._meta.label != "reporting.StaleBuckets"]
    return {model._meta.label: model._default_manager.count() for model in models}


def rows(queryset) -> list[dict]:
    return list(queryset.order_by("pk").values())


def test_cancel_leaves_customer_and_siblings_as_they_were(api):
    customer = baker.make(Customer)
    order, *_ = baker.make(Order, customer=customer, _quantity=3)
    baker.make(Order)
    before = rows(Customer.objects), rows(Order.objects.exclude(pk=order.pk))

    response = api.post(f"/api/v1/orders/{order.pk}/cancel/")

    assert response.status_code == 200, response.content
    assert (rows(Customer.objects), rows(Order.objects.exclude(pk=order.pk))) == before


@pytest.mark.parametrize("status", ["draft", "paid"])
def test_cancel_changes_one_status_and_adds_one_event(api, status):
    order = baker.make(Order, status=status, paid_at="2026-01-01T00:00:00Z")
    baker.make(Item, order=order, quantity=7, unit_price_cents=100)
    before, (fields,) = row_counts(), rows(Order.objects)

    api.post(f"/api/v1/orders/{order.pk}/cancel/")

    assert row_counts() == {**before, "orders.OrderEvent": before["orders.OrderEvent"] + 1}
    (after,) = rows(Order.objects)
    moved = {name: after[name] for name in ("cancelled_at", "updated_at")}
    assert after == {**fields, **moved, "status": "cancelled"}
    assert after["total_cents"] == 700
    assert list(OrderEvent.objects.values_list("order_id", "kind")) == [(order.pk, "cancelled")]


def test_cancel_leaves_the_customer_readable_through_the_api(api):
    order = baker.make(Order)
    before = api.get(f"/api/v1/customers/{order.customer_id}/").json()

    api.post(f"/api/v1/orders/{order.pk}/cancel/")

    assert api.get(f"/api/v1/customers/{order.customer_id}/").json() == before
