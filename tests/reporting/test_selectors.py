from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order
from apps.reporting import selectors
from apps.reporting.settling import settle

pytestmark = pytest.mark.usefixtures("in_acme")

NOON = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
ORDERS = st.tuples(
    st.sampled_from(["draft", "paid", "shipped", "cancelled"]),
    st.integers(0, 3).map(lambda hundreds: hundreds * 100),
    st.booleans(),  # archived
    st.integers(0, 4 * 24),  # hours until it was paid: across the night in which Berlin's clocks change
)
CUSTOMERS = st.lists(st.tuples(st.booleans(), st.lists(ORDERS, max_size=4)), max_size=5)
DAYS = st.none() | st.integers(-1, 5).map(lambda days: date(2026, 3, 28) + timedelta(days=days))


def oracle(limit: int, first: date | None, last: date | None) -> list[dict]:
    """Compute the summary in plain Python, from all rows."""
    rows = []
    for customer in Customer.objects.all():
        counted = [
            order.total_cents
            for order in Order.objects.filter(customer=customer)
            if order.status in ("paid", "shipped")
            and order.archived_at is None
            and (first is None or first <= order.paid_at.astimezone(ZoneInfo("Europe/Berlin")).date())
            and (last is None or order.paid_at.astimezone(ZoneInfo("Europe/Berlin")).date() <= last)
        ]
        if customer.is_active or counted:
            rows.append((-sum(counted), customer.pk, customer.email, len(counted)))
    return [
        {"customer_id": pk, "email": email, "order_count": orders, "total_cents": -negative}
        for negative, pk, email, orders in sorted(rows)[:limit]
    ]


@given(customers=CUSTOMERS, limit=st.integers(1, 6), first=DAYS, last=DAYS)
@hypothesis_settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_summary_equals_the_oracle(order_worth, customers, limit, first, last):
    Order.objects.all().delete()
    Customer.objects.all().delete()
    for is_active, orders in customers:
        customer = baker.make(Customer, is_active=is_active)
        for status, total, archived, hours in orders:
            paid = NOON + timedelta(hours=hours)
            order_worth(
                total, customer=customer, status=status,
                paid_at=None if status == "draft" else paid, archived_at=paid if archived else None,
            )  # fmt: skip

    rows = selectors.customer_summary(limit=limit, first=first, last=last)

    assert rows == oracle(limit, first, last)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_summary_is_one_select(count, order_worth, size):
    for _ in range(size):
        order_worth(1, status="paid")

    # 1. totals with their customers
    with count() as statements:
        rows = selectors.customer_summary(limit=50)

    assert len(rows) == size
    assert len(statements) == 1, statements.sql


def test_summary_is_sorted_and_limited_by_the_database(count, order_worth):
    """One statement is not enough: it must not fetch more rows than the summary shows."""
    for _ in range(3):
        order_worth(1, status="paid")

    # 1. totals with their customers
    with count() as statements:
        rows = selectors.customer_summary(limit=2)

    assert len(rows) == 2
    assert [sql.rpartition(" ORDER BY ")[2][-8:] for sql in statements.sql] == [" LIMIT 2"]


@pytest.mark.parametrize("size", [2, 3])
def test_summary_with_dates_is_sorted_and_limited_by_the_database(count, order_worth, size):
    for _ in range(size):
        order_worth(1, status="paid")
    baker.make(Customer, _quantity=3)

    # 1. sums of customers, 2. their addresses
    with count() as paying:
        rows = selectors.customer_summary(limit=2, first=date(2026, 1, 1))
    # 3. customers without revenue
    with count() as all_of_them:
        more = selectors.customer_summary(limit=size + 1, first=date(2026, 1, 1))

    assert (len(rows), len(more)) == (2, size + 1)
    assert [" LIMIT 2" in sql or " IN (" in sql for sql in paying.sql] == [True, True], paying.sql
    assert len(all_of_them) == 3, all_of_them.sql
    assert [sql[-8:] for sql in all_of_them.sql[::2]] == [f" LIMIT {size + 1}", " LIMIT 1"]


def test_summary_orders_ties_by_id_and_ends_with_zeros(order_worth):
    poor, first, second, inactive = baker.make(Customer, _quantity=4)
    Customer.objects.filter(pk=inactive.pk).update(is_active=False)
    for customer in (second, first):
        order_worth(500, customer=customer, status="shipped")
    order_worth(900, customer=poor, status="draft")

    rows = selectors.customer_summary(limit=50)

    assert [(row["customer_id"], row["order_count"], row["total_cents"]) for row in rows] == [
        (first.pk, 1, 500),
        (second.pk, 1, 500),
        (poor.pk, 0, 0),
    ]


PERIODS = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}


@given(
    by=st.sampled_from(sorted(PERIODS)),
    hours=st.lists(st.integers(-30 * 24, 40 * 24), max_size=8),
    first=st.integers(-35, 35),
    length=st.integers(0, 40),
)
@hypothesis_settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_sales_equal_the_oracle(order_worth, by, hours, first, length):
    Order.objects.all().delete()
    for number, hour in enumerate(hours):
        order_worth(number + 1, status="paid", paid_at=NOON + timedelta(hours=hour))
    order_worth(9999, status="cancelled", paid_at=NOON)
    start = date(2026, 3, 28) + timedelta(days=first)
    end = start + timedelta(days=length)
    expected: dict[date, list[int]] = {}
    for day in (start + timedelta(days=n) for n in range(length + 1)):
        paid = [n + 1 for n, hour in enumerate(hours) if local_day(NOON + timedelta(hours=hour)) == day]
        expected.setdefault(PERIODS[by](day), []).extend(paid)

    rows = selectors.sales(by=by, first=start, last=end)

    assert rows == [
        {"period": period, "order_count": len(cents), "total_cents": sum(cents)} for period, cents in expected.items()
    ]


def local_day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo("Europe/Berlin")).date()


@pytest.mark.parametrize(
    ("size", "settles", "expected"),
    [(0, False, (2, 2, 2)), (1, True, (2, 2, 2)), (3, True, (2, 2, 2)), (1, False, (3, 5, 4)), (3, False, (3, 5, 4))],
)
def test_sales_and_products_take_the_same_statements_for_any_number_of_orders(
    count, order_worth, size, settles, expected
):
    march = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
    for _ in range(size):
        order_worth(1, status="paid", paid_at=NOON)
    if settles:
        settle()

    # 1. stale ranges, 2. totals of buckets; stale: 3. their orders by day
    with count() as sales:
        rows = selectors.sales(by="day", **march)
    # 1. stale ranges, 2. top products; stale: 3. their items, 4. the totals to be replaced, 5. the changed products
    with count() as products:
        selectors.product_summary(limit=5)
    # The same without 4.
    with count() as dated:
        selectors.product_summary(limit=5, **march)

    assert sum(row["order_count"] for row in rows) == size
    assert (len(sales), len(products), len(dated)) == expected, (sales.sql, products.sql, dated.sql)


def test_products_count_pieces_and_orders_of_paid_orders(order_worth):
    first, second = order_worth(100, status="paid", paid_at=NOON), order_worth(1, status="shipped", paid_at=NOON)
    unpaid, archived = order_worth(1), order_worth(1, status="paid", paid_at=NOON, archived_at=NOON)
    for order in (first, second, unpaid, archived):
        order.items.update(sku="TEA")
        baker.make(Item, order=order, sku="MUG", quantity=2, unit_price_cents=50)

    rows = selectors.product_summary(limit=5)
    top = selectors.product_summary(limit=1, first=date(2026, 3, 28), last=date(2026, 3, 28))

    assert rows == [
        {"sku": "MUG", "order_count": 2, "pieces": 4, "total_cents": 200},
        {"sku": "TEA", "order_count": 2, "pieces": 2, "total_cents": 101},
    ]
    assert top == rows[:1]
    assert selectors.product_summary(limit=5, first=date(2026, 3, 29)) == []


def plans_of(read: Callable[[], object]) -> list[str]:
    """Return the database's plans for the statements of `read`."""
    plans = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql, params, many, context)
        plans.append(str(context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        read()
    return plans


def test_summary_is_read_from_its_index():
    customers = baker.make(Customer, _quantity=3)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    (plan,) = plans_of(lambda: selectors.customer_summary(limit=2))

    assert "customertotal_by_total" in plan
    assert "TEMP B-TREE" not in plan
    assert len(customers) == 3


@pytest.mark.parametrize("last", [date(2026, 1, 2), None])
def test_summary_with_dates_reads_orders_from_an_index_alone(order_worth, last):
    """SQLite could not use a partial index for a condition that is a parameter."""
    order_worth(1, status="paid")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # For a few rows, any index costs the same; only those that hold all columns allow an index-only scan.
            for way in ("seqscan", "bitmapscan", "indexscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")

    plan, *_ = plans_of(lambda: selectors.customer_summary(limit=2, first=date(2026, 1, 1), last=last))

    using = "Index Only Scan using" if connection.vendor == "postgresql" else "USING INDEX"
    assert f"{using} order_revenue_by_" in plan
    assert "SCAN orders_order" not in plan
    assert "Seq Scan on orders_order" not in plan


def test_products_are_read_from_their_index(order_worth):
    order_worth(1, status="paid")
    settle()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # For two rows, sorting all of them is the cheapest plan.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    _, plan = plans_of(lambda: selectors.product_summary(limit=2))

    assert "producttotal_by_total" in plan
    assert "TEMP B-TREE" not in plan
    assert "->  Sort" not in plan
