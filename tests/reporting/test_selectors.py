from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Order
from apps.reporting import selectors

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
    """The summary in plain Python, from all rows."""
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
def test_summary_equals_the_oracle(customers, limit, first, last):
    Order.objects.all().delete()
    Customer.objects.all().delete()
    for is_active, orders in customers:
        customer = baker.make(Customer, is_active=is_active)
        for status, total, archived, hours in orders:
            paid = NOON + timedelta(hours=hours)
            baker.make(
                Order, customer=customer, status=status, total_cents=total,
                paid_at=None if status == "draft" else paid, archived_at=paid if archived else None,
            )  # fmt: skip

    rows = list(selectors.customer_summary(limit=limit, first=first, last=last))

    assert rows == oracle(limit, first, last)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_summary_is_one_select(count, size):
    for _ in range(size):
        baker.make(Order, status="paid", paid_at=NOON, total_cents=1)

    # 1. customers with their orders
    with count() as statements:
        rows = list(selectors.customer_summary(limit=50))

    assert len(rows) == size
    assert len(statements) == 1, statements.sql


def test_summary_orders_ties_by_id_and_ends_with_zeros():
    poor, first, second, inactive = baker.make(Customer, _quantity=4)
    Customer.objects.filter(pk=inactive.pk).update(is_active=False)
    for customer in (second, first):
        baker.make(Order, customer=customer, status="shipped", paid_at=NOON, total_cents=500)
    baker.make(Order, customer=poor, status="draft", total_cents=900)

    rows = selectors.customer_summary(limit=50)

    assert [(row["customer_id"], row["order_count"], row["total_cents"]) for row in rows] == [
        (first.pk, 1, 500),
        (second.pk, 1, 500),
        (poor.pk, 0, 0),
    ]
