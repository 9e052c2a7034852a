"""Sales and products stay exact however rows are written, in every time zone, with stale totals and with fresh ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order
from apps.reporting import buckets
from apps.reporting.bucket_triggers import MANY
from apps.reporting.buckets import Range, bucket_of, segments
from apps.reporting.models import BucketTotal, StaleBuckets
from apps.reporting.settling import settle
from apps.tenancy import days
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.orders.test_triggers import WRITES as ORDER_WRITES
from tests.orders.test_triggers import an_item, an_order, pick
from tests.support.sales import check_reports
from tests.support.totals import drifts, line, sql

NOON = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
YEAR, JANUARY, TODAY = date(2026, 1, 1), (date(2026, 1, 1), date(2026, 1, 31)), datetime.now(tz=timezone.utc).date()
RANGES = (JANUARY, (YEAR, date(2026, 3, 29)), (YEAR, None), (None, date(2026, 3, 28)), (TODAY, TODAY + timedelta(1)))


def back_date(order: Order, number: int) -> None:
    Order.objects.filter(pk=order.pk).update(paid_at=NOON - timedelta(minutes=7 * 10**number))


def in_one_statement(statement: str) -> Callable[[Order, int], None]:
    """Write an order and its items in one statement, which only PostgreSQL's WITH can."""

    def write(order: Order, number: int) -> None:
        if connection.vendor == "postgresql":
            sql(statement.format(order=order.pk, tenant=order.tenant_id, cents=number * 100))

    return write


SHIP = "UPDATE orders_order SET status = 'shipped', paid_at = coalesce(paid_at, now()) WHERE id = {order}"
NEW_ITEM = (
    "INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)"
    " VALUES ({tenant}, {order}, 'NEW', 1, {cents})"
)
WRITES = {
    **ORDER_WRITES,
    "back-date": an_order(back_date),
    "back-date everything": lambda index, number: Order.objects.update(paid_at=NOON - timedelta(days=number)),
    "another SKU, same total": an_item(
        lambda item, number: Item.objects.filter(pk=item.pk).update(sku=f"SKU-{number}")
    ),
    "the same SKU twice": an_order(
        lambda order, number: [baker.make(Item, order=order, **line(number)) for _ in range(2)]
    ),
    "an item for nothing": an_order(
        lambda order, number: baker.make(Item, order=order, sku="FREE", quantity=number + 1, unit_price_cents=0)
    ),
    "an order's items replaced in one statement": an_order(
        in_one_statement(f"WITH gone AS (DELETE FROM orders_item WHERE order_id = {{order}}) {NEW_ITEM}")
    ),
    "shipped with a new item in one statement": an_order(
        in_one_statement(f"WITH new AS ({NEW_ITEM} RETURNING 1) {SHIP}")
    ),
    "moved in time with its items in one statement": an_order(
        in_one_statement(
            "WITH changed AS (UPDATE orders_item SET sku = 'MOVED', quantity = 3 WHERE order_id = {order})"
            " UPDATE orders_order SET status = 'paid', paid_at = '2026-01-10 10:00Z' WHERE id = {order}"
        )
    ),
    "settle": lambda index, number: settle(),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(WRITES)), st.integers(0, 5), st.integers(0, 5)), max_size=12)


@pytest.mark.usefixtures("in_acme")
@given(steps=STEPS, settles=st.booleans())
@hypothesis_settings(
    max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_reports_are_exact_after_any_sequence_of_writes(steps, settles):
    Order.objects.all().delete()
    Customer.objects.all().delete()
    baker.make(Customer, _quantity=2)

    for name, index, number in steps:
        WRITES[name](index, number)
        if settles:
            settle()
            assert not StaleBuckets.objects.exists(), name

        check_reports(*RANGES)
        assert set(drifts().values()) <= {0}, (name, drifts())


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("settles", [False, True], ids=["stale", "fresh"])
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.role("orders_ops") if name == "copy" else ()) for name in sorted(WRITES)],
)
def test_reports_are_exact_after_every_kind_of_write(name, settles):
    baker.make(Customer, _quantity=2)
    for number, status in enumerate(("draft", "paid", "shipped", "cancelled")):
        order = baker.make(Order, customer=pick(Customer, 0), status=status, paid_at=NOON - timedelta(days=number))
        baker.make(Item, order=order, **line(3))
    settle()

    WRITES[name](1, 2)
    if settles:
        settle()

    check_reports(*RANGES)
    assert set(drifts().values()) == {0}


@pytest.mark.usefixtures("in_acme")
def test_shipping_marks_no_bucket(order_worth):
    order = order_worth(700, status="paid", paid_at=NOON)
    settle()

    Order.objects.filter(pk=order.pk).update(status="shipped", updated_at=NOON)

    assert not StaleBuckets.objects.exists()


@pytest.mark.postgresql
@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize(("count", "rows"), [(MANY, MANY), (MANY + 1, 1)])
def test_statement_marks_its_buckets_or_a_range_of_many(count, rows):
    customer = baker.make(Customer)
    times = [NOON + timedelta(minutes=15 * number) for number in range(count)]

    Order.objects.bulk_create(Order(customer=customer, status="paid", paid_at=paid_at) for paid_at in times)

    marks = list(StaleBuckets.objects.values_list("first", "last"))
    assert len(marks) == rows
    assert (min(marks)[0], max(marks)[1]) == (bucket_of(times[0]), bucket_of(times[-1]))


def offset_at(zone: ZoneInfo, bucket: int) -> int:
    return int(buckets.starts_at(bucket).astimezone(zone).utcoffset().total_seconds())


ZONES = {
    "Asia/Kathmandu": date(2026, 3, 28),
    "Australia/Eucla": date(2026, 3, 28),
    "Australia/Lord_Howe": date(2026, 4, 5),  # clocks go back by half an hour
    "America/St_Johns": date(2026, 3, 8),
    "Pacific/Apia": date(2011, 12, 30),  # a day that was skipped
    "America/Sao_Paulo": date(2018, 11, 4),  # midnight does not exist
    "America/Havana": date(2026, 11, 1),  # midnight occurs twice
    "Pacific/Chatham": date(2026, 4, 5),
    "Africa/Monrovia": date(1972, 1, 6),  # days began at 00:44:30 UTC until the next one
    "Pacific/Kiritimati": date(1979, 9, 20),  # days began at 10:40 UTC
    "Europe/Berlin": date(2026, 10, 25),
}


@pytest.mark.parametrize("name", [*ZONES, *sorted(available_timezones())[::9]])
def test_segments_are_the_offsets_of_the_zone(name):
    """In all years that reports cover and the zones have rules for; the offsets are compared every four hours."""
    zone, year = ZoneInfo(name), timedelta(days=365)
    for begin in range(0, 70, 7):
        window = Range(*(bucket_of(datetime(1970, 1, 2, tzinfo=timezone.utc) + year * n) for n in (begin, begin + 1)))
        found = list(segments(window, zone))

        assert [found[0].start, found[-1].end] == [*window]
        assert all(one.end == other.start for one, other in pairwise(found))
        for start, end, offset in found:
            step = range(start, end, 16)
            assert {offset_at(zone, bucket) for bucket in (*step, end - 1)} == {offset}, (name, start)


def test_every_day_since_1980_begins_with_a_bucket():
    for name in available_timezones():
        for month in range(1, 13):
            for year in (1980, 1988, 1999, 2011, 2026, 2100):
                day = datetime(year, month, 28, tzinfo=ZoneInfo(name)).astimezone(timezone.utc)
                assert buckets.starts_at(bucket_of(day)) == day, (name, day)


@pytest.mark.parametrize("settles", [False, True], ids=["stale", "fresh"])
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.django_db
def test_reports_are_exact_around_a_change_of_clocks(name, settles):
    tenant = Tenant.objects.create(slug="zoned", name="Zoned", timezone=name)
    day = ZONES[name]
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - timedelta(hours=30)
    with tenant_scope(tenant):
        customer = baker.make(Customer)
        moments = [begin + timedelta(minutes=number) for number in range(0, 60 * 60, 41)]
        # Both sides of each midnight, in the same bucket where a day begins inside one.
        midnights = [days.day_start(day + timedelta(number)) for number in (-1, 0, 1)]
        moments += [midnight + timedelta(seconds=number) for midnight in midnights for number in (-9, 0, 9)]
        for number, paid_at in enumerate(moments):
            order = baker.make(Order, customer=customer, status="paid", paid_at=paid_at)
            baker.make(Item, order=order, sku=f"SKU-{number % 3}", quantity=1, unit_price_cents=number)
        if settles:
            settle()

        check_reports(
            *((day + timedelta(n), day + timedelta(n + length)) for n in (-2, -1, 0, 1) for length in (0, 1, 2))
        )


def test_reports_are_exact_in_a_zone_that_the_tenant_moves_to(acme, order_worth):
    with tenant_scope(acme):
        for hour in range(0, 72, 5):
            order_worth(hour + 1, status="paid", paid_at=NOON + timedelta(hours=hour))
        settle()
    for name in ("Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"):
        acme.timezone = name
        acme.save()
        with tenant_scope(acme):
            check_reports((NOON.date(), NOON.date() + timedelta(1)), (NOON.date() - timedelta(3), NOON.date()))
            assert BucketTotal.objects.exists()
