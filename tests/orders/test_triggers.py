"""Order totals and customer totals stay true, whichever way rows are written."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from itertools import chain, permutations

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker

from apps.customers.models import Customer
from apps.database import totals
from apps.errors import Conflict
from apps.orders import services
from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_tenant, tenant_scope

PAID_AT = "2026-01-01T00:00:00+00:00"


def live_totals() -> dict[int, int]:
    """Order totals in plain Python, from all items."""
    totals = dict.fromkeys(Order.objects.values_list("pk", flat=True), 0)
    for order, quantity, price in Item.objects.values_list("order", "quantity", "unit_price_cents"):
        totals[order] += quantity * price
    return totals


def drifts() -> dict[str, int]:
    return {number.label: number.drift().rows for number in totals.numbers()}


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def copy(table: str, columns: str, rows: list[tuple]) -> None:
    """COPY as the role that may (row security refuses it to others); else one INSERT of all rows.

    Columns that are not named and may not be null get their fields' defaults.
    """
    (model,) = (model for model in apps.get_models() if model._meta.db_table == table)
    others = [
        field
        for field in model._meta.concrete_fields
        if field.has_default() and not field.null and field.column not in columns
    ]
    columns = ", ".join([columns, *(field.column for field in others)])
    rows = [(*row, *(field.get_default() for field in others)) for row in rows]
    with connection.cursor() as cursor:
        if connection.settings_dict["USER"] == "orders_ops":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
        else:
            values = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES {values}", list(chain(*rows)))


def pick(model, index: int):
    rows = list(model.objects.order_by("pk"))
    return rows[index % len(rows)] if rows else None


def an_order(write: Callable[[Order, int], object]) -> Callable[[int, int], object]:
    return lambda index, number: (order := pick(Order, index)) and write(order, number)


def an_item(write: Callable[[Item, int], object]) -> Callable[[int, int], object]:
    return lambda index, number: (item := pick(Item, index)) and write(item, number)


def line(number: int) -> dict:
    return {"sku": "TEA", "quantity": number % 5 + 1, "unit_price_cents": number * 100}


def with_new_price(number: int) -> list[Item]:
    items = list(Item.objects.all())
    for item in items:
        item.unit_price_cents = number * 10
    return items


def save_a_stale_copy(order: Order, number: int) -> None:
    baker.make(Item, order=order, **line(number))
    with or_refused():
        order.save()


@contextlib.contextmanager
def or_refused() -> Iterator[None]:
    """Where a total is written that may happen to be the sum."""
    with contextlib.suppress(DatabaseError), transaction.atomic():
        yield


def or_refuses(write: Callable[[int, int], object]) -> Callable[[int, int], None]:
    def attempt(index: int, number: int) -> None:
        with or_refused():
            write(index, number)

    return attempt


def copy_orders_with_items(index: int, number: int) -> None:
    tenant, customer = current_tenant().pk, pick(Customer, index).pk
    copy(
        "orders_order",
        "tenant_id, customer_id, status, total_cents, created_at, updated_at, paid_at",
        [(tenant, customer, status, 77, PAID_AT, PAID_AT, PAID_AT) for status in ("draft", "paid")],
    )
    orders = Order.objects.order_by("-pk").values_list("pk", flat=True)[:2]
    rows = [(tenant, order, "TEA", 2, number) for order in orders]
    copy("orders_item", "tenant_id, order_id, sku, quantity, unit_price_cents", rows)


def a_customer_that_comes_back(index: int, number: int) -> None:
    customer = pick(Customer, index)
    if connection.vendor == "postgresql":  # whose keys refuse it at once
        with pytest.raises(IntegrityError), transaction.atomic():
            sql("DELETE FROM customers_customer WHERE id = %s", baker.make(Order, customer=customer).customer_id)
        return
    with connection.constraint_checks_disabled():
        sql("DELETE FROM customers_customer WHERE id = %s", customer.pk)
        customer.save(force_insert=True)


def items_and_total_in_one_statement(order: Order, number: int) -> None:
    if connection.vendor == "postgresql":  # SQLite's WITH only reads
        sql(
            "WITH new AS (INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)"
            " VALUES (%s, %s, 'TEA', 2, %s) RETURNING order_id, quantity * unit_price_cents AS cents)"
            " UPDATE orders_order SET total_cents = total_cents + new.cents FROM new WHERE id = new.order_id",
            order.tenant_id, order.pk, number,
        )  # fmt: skip


def move(name: str) -> Callable[[Order, int], None]:
    def make(order: Order, number: int) -> None:
        with contextlib.suppress(Conflict):
            getattr(services, f"{name}_order")(order_id=order.pk)

    return make


WRITES: dict[str, Callable[[int, int], object]] = {
    "customer": lambda index, number: baker.make(Customer),
    "delete customers": lambda index, number: (
        Customer.objects.filter(orders__isnull=True).exclude(pk=pick(Customer, 0).pk).delete()
    ),
    "create": lambda index, number: services.create_order(
        customer_id=pick(Customer, index).pk, items=[line(number), line(number + 1)]
    ),
    "create with a total": lambda index, number: Order.objects.create(
        customer=pick(Customer, index), status="paid", paid_at=timezone.now(), total_cents=number
    ),
    "bulk create": lambda index, number: Order.objects.bulk_create(
        Order(customer=pick(Customer, index + n), status=status, paid_at=timezone.now(), total_cents=number)
        for n, status in enumerate(("draft", "paid", "shipped", "cancelled"))
    ),
    "bulk create items": an_order(
        lambda order, number: Item.objects.bulk_create(Item(order=order, **line(number + n)) for n in range(3))
    ),
    "bulk update items": lambda index, number: Item.objects.bulk_update(with_new_price(number), ["unit_price_cents"]),
    "update items": lambda index, number: Item.objects.update(quantity=number + 1),
    "move items": an_order(lambda order, number: Item.objects.filter(quantity=number).update(order=order)),
    "delete an item": an_item(lambda item, number: item.delete()),
    "delete items": lambda index, number: Item.objects.filter(quantity__lt=number).delete(),
    "write totals": or_refuses(lambda index, number: Order.objects.update(total_cents=number)),
    "save a stale copy": an_order(save_a_stale_copy),
    "archive": an_order(move("archive")),
    "unarchive": an_order(move("unarchive")),
    "pay": an_order(move("pay")),
    "ship": an_order(move("ship")),
    "cancel": an_order(move("cancel")),
    "move to a customer": an_order(
        lambda order, number: Order.objects.filter(pk=order.pk).update(customer=pick(Customer, number))
    ),
    "delete an order": an_order(lambda order, number: order.delete()),
    "raw update of items": lambda index, number: sql("UPDATE orders_item SET quantity = quantity + 1"),
    "raw update of orders": lambda index, number: sql("UPDATE orders_order SET status = 'paid', paid_at = %s", PAID_AT),
    "raw write of totals": or_refuses(
        lambda index, number: sql("UPDATE orders_order SET total_cents = total_cents - %s", number)
    ),
    "raw delete of items": an_order(lambda order, number: sql("DELETE FROM orders_item WHERE order_id = %s", order.pk)),
    "copy": copy_orders_with_items,
    "a customer that comes back": a_customer_that_comes_back,
    "items and total in one statement": an_order(items_and_total_in_one_statement),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(WRITES)), st.integers(0, 5), st.integers(0, 5)), max_size=15)


@pytest.mark.usefixtures("in_acme")
@given(steps=STEPS)
@hypothesis_settings(
    max_examples=80, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_totals_are_true_after_any_sequence_of_writes(steps):
    Order.objects.all().delete()
    Customer.objects.all().delete()
    baker.make(Customer, _quantity=2)

    for name, index, number in steps:
        WRITES[name](index, number)

        assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals(), name
        assert set(drifts().values()) <= {0}, (name, drifts())


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.role("orders_ops") if name == "copy" else ()) for name in sorted(WRITES)],
)
def test_totals_are_true_after_every_kind_of_write(name):
    baker.make(Customer, _quantity=2)
    for status in ("draft", "paid", "shipped", "cancelled"):
        order = baker.make(Order, customer=pick(Customer, 0), status=status, paid_at=PAID_AT)
        baker.make(Item, order=order, **line(3))

    WRITES[name](1, 2)

    assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals()
    assert set(drifts().values()) == {0}


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
def test_a_total_that_is_not_the_sum_of_the_items_is_refused(write):
    order = baker.make(Item, **line(3)).order

    with pytest.raises(DatabaseError, match="total_cents is the sum of the items"), transaction.atomic():
        write(order)

    assert dict(Order.objects.values_list("pk", "total_cents")) == live_totals()


@pytest.mark.usefixtures("in_acme")
def test_the_sum_of_the_items_is_written_as_any_value():
    order = baker.make(Item, **line(3)).order

    sql("UPDATE orders_order SET total_cents = total_cents, status = 'cancelled' WHERE id = %s", order.pk)

    assert Order.objects.get().status == "cancelled"


@pytest.mark.usefixtures("in_acme")
def test_the_total_of_a_new_order_is_replaced_by_the_sum_of_its_items():
    order = baker.make(Order, total_cents=77)

    order.refresh_from_db()
    assert order.total_cents == 0


TABLES = ("reporting_customertotal", "orders_item", "orders_order", "customers_customer")
# PostgreSQL's keys are checked at once: there children go first.
ORDERS = [
    tables
    for tables in permutations(TABLES)
    if connection.vendor == "sqlite" or [table for table in tables if table != TABLES[0]] == list(TABLES[1:])
]


@pytest.mark.usefixtures("in_acme")
@pytest.mark.role("orders_owner")  # to the application a customer's total is read-only
@pytest.mark.parametrize("tables", ORDERS, ids="-".join)
def test_emptying_the_tables_in_any_order_leaves_no_total_behind(tables):
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
def test_totals_are_true_after_a_table_is_emptied_whole(acme, globex, table):
    """Outside of any scope, where row security shows no order whose total would have to change."""
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
def test_a_bulk_insert_is_one_statement_of_ours(count, size):
    order = baker.make(Order)

    # 1. the items; the totals are the database's own work
    with count() as statements:
        Item.objects.bulk_create(Item(order=order, **line(1)) for _ in range(size))

    assert len(statements) == 1, statements.sql


@pytest.mark.django_db(transaction=True)
def test_16_writers_on_the_same_customers_neither_deadlock_nor_drift():
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
                    # Several customers in one statement, seen by each writer in another order.
                    Order.objects.filter(pk=order.pk).update(customer=customers[turn % 3])
                if turn % 2:
                    with tenant_scope(acme):
                        services.cancel_order(order_id=order.pk)
        except Exception as error:  # any error at all is the finding
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
