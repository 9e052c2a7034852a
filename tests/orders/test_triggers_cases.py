"""Triggers refuse wrong totals and keep them correct after TRUNCATE and under 16 concurrent writers."""

from __future__ import annotations

import threading
from itertools import permutations

import pytest
from django.db import DatabaseError, connection, transaction
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders import services
from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.support.totals import PAID_AT, drifts, line, live_totals, sql


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize(
    "write",
    [
        lambda order: Order.objects.filter(pk=order.pk).update(total_cents=1),
        lambda order: sql("UPDATE orders_order SET total_cents = total_cents + 1 WHERE id = %s", order.pk),
        lambda order: Order(pk=order.pk, customer_id=order.customer_id, total_cents=1).save(),
    ],
    ids=["update", "SQL", "save"],
)
def test_total_that_differs_from_the_sum_is_refused(write):
    order = baker.make(Item, **line(3)).order

    with pytest.raises(DatabaseError, match="total_cents is the sum of the items"), transaction.atomic():
        write(order)

    assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals()


@pytest.mark.usefixtures("in_acme")
def test_total_that_equals_the_sum_is_accepted():
    order = baker.make(Item, **line(3)).order

    sql("UPDATE orders_order SET total_cents = total_cents, status = 'cancelled' WHERE id = %s", order.pk)

    assert Order.objects.get().status == "cancelled"


@pytest.mark.usefixtures("in_acme")
def test_total_of_a_new_order_is_replaced_by_the_sum_of_its_items():
    order = baker.make(Order, total_cents=77)

    order.refresh_from_db()
    assert order.total_cents == 0


TABLES = ("reporting_customertotal", "orders_item", "orders_order", "customers_customer")
# PostgreSQL checks foreign keys at once, so children are deleted first.
ORDERS = [
    tables
    for tables in permutations(TABLES)
    if connection.vendor == "sqlite" or [table for table in tables if table != TABLES[0]] == list(TABLES[1:])
]


@pytest.mark.usefixtures("in_acme")
@pytest.mark.role("orders_owner")  # customer totals are read-only for the application
@pytest.mark.parametrize("tables", ORDERS, ids="-".join)
def test_deleting_all_rows_in_any_order_leaves_no_total(tables):
    installed = connection.introspection.table_names()
    baker.make(Item, order__status="paid", order__paid_at=PAID_AT, **line(3))

    with connection.constraint_checks_disabled():
        for table in tables:
            if table in installed:
                sql(f"DELETE FROM {table}")

    assert [model.objects.count() for model in (Customer, Order, Item)] == [0, 0, 0]
    assert drifts() == dict.fromkeys(drifts(), 0)
    connection.check_constraints()


@pytest.mark.role("orders_owner")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["orders_item", "orders_order"])
def test_totals_are_correct_after_a_table_is_emptied(acme, globex, table):
    """This runs outside a scope, where row security hides the orders whose totals have to change."""
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            baker.make(Item, order__status="paid", order__paid_at=PAID_AT, **line(3))

    if connection.vendor == "postgresql":
        sql(f"TRUNCATE {table} CASCADE")
    else:
        sql("DELETE FROM orders_item")
        sql(f"DELETE FROM {table}")

    for tenant in (acme, globex):
        with tenant_scope(tenant):
            assert Item.objects.count() == 0
            assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals()
            assert set(drifts().values()) == {0}


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("size", [1, 3])
def test_bulk_insert_takes_one_statement(count, size):
    order = baker.make(Order)

    # 1. the items; triggers update the totals
    with count() as statements:
        Item.objects.bulk_create(Item(order=order, **line(1)) for _ in range(size))

    assert len(statements) == 1, statements.sql


@pytest.mark.django_db(transaction=True)
def test_16_concurrent_writers_neither_deadlock_nor_drift():
    acme = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(acme):
        customers = baker.make(Customer, _quantity=3)
    start, errors = threading.Barrier(16), []

    def write(worker: int) -> None:
        start.wait()
        try:
            for turn in range(6):
                with tenant_scope(acme):
                    order = Order.objects.get(
                        pk=services.create_order(customer_id=customers[(worker + turn) % 3].pk, items=[line(turn + 1)])
                    )
                with tenant_scope(acme):
                    services.create_item(order_id=order.pk, **line(worker))
                with tenant_scope(acme):
                    services.pay_order(order_id=order.pk)
                with tenant_scope(acme):
                    # Several customers in one statement, in a different order for each writer.
                    Order.objects.filter(pk=order.pk).update(customer=customers[turn % 3])
                if turn % 2:
                    with tenant_scope(acme):
                        services.cancel_order(order_id=order.pk)
        except Exception as error:  # any error fails the test
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[worker]) for worker in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with tenant_scope(acme):
        assert Order.objects.count() == 16 * 6
        assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals()
        assert set(drifts().values()) == {0}
