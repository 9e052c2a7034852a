"""Stale buckets are renewed after a report and beside writers, and reports are exact meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import OperationalError, connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.devtools import services as devtools
from apps.orders import services
from apps.orders.models import Item, Order
from apps.reporting import selectors, settling
from apps.reporting.buckets import bucket_of
from apps.reporting.models import BucketProduct, BucketTotal, ProductTotal, StaleBuckets
from apps.tenancy.models import Tenant
from apps.tenancy.scope import snapshot_scope, tenant_scope
from apps.tenancy.tenants import delete_tenant
from tests.support.concurrency import at_once
from tests.support.sales import check_reports
from tests.support.totals import drifts, sql

NOON = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
DAYS = (date(2026, 3, 28), date(2026, 3, 31))
TOTALS = (BucketTotal, BucketProduct, ProductTotal)
REPORT = "/api/v1/reporting/sales/?from=2026-03-28&to=2026-03-31"


def pay_orders(order_worth, count):
    for number in range(count):
        order_worth(100 + number, status="paid", paid_at=NOON + timedelta(minutes=15 * number))


@contextmanager
def open_elsewhere(tenant: Tenant, write: Callable[[], object]) -> Iterator[None]:
    """Run `write` for the tenant in another session, whose transaction stays open inside the block."""
    written, ended = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with tenant_scope(tenant):
                write()
                written.set()
                assert ended.wait(30)
        finally:
            connection.close()

    session = threading.Thread(target=run)
    session.start()
    try:
        assert written.wait(30)
        yield
    finally:
        ended.set()
        session.join()


@pytest.mark.parametrize(("count", "left"), [(settling.TOLERATED, settling.TOLERATED), (settling.TOLERATED + 1, 0)])
def test_report_with_many_stale_buckets_has_them_renewed(acme, api, order_worth, count, left):
    with tenant_scope(acme):
        pay_orders(order_worth, count)

    before, after = api.get(REPORT).json(), api.get(REPORT).json()

    assert before == after
    assert sum(row["order_count"] for row in before["rows"]) == count
    with tenant_scope(acme):
        assert len(selectors.stale_ranges(selectors.buckets.ALL)) == (1 if left else 0)
        assert BucketTotal.objects.count() == (0 if left else count)


@pytest.mark.postgresql
@pytest.mark.role("orders_owner")
def test_failed_renewal_does_not_fail_the_report(acme, api, order_worth, caplog):
    with tenant_scope(acme):
        pay_orders(order_worth, settling.TOLERATED + 1)
    sql("ALTER TABLE reporting_producttotal ADD CONSTRAINT broken CHECK (order_count < 0)")

    response = api.get(REPORT)

    assert (response.status_code, sum(row["order_count"] for row in response.json()["rows"])) == (200, 17)
    assert "Stale buckets were not renewed" in caplog.text
    with tenant_scope(acme):
        assert StaleBuckets.objects.exists()


def test_renewal_is_of_one_tenant(acme, globex, order_worth):
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            pay_orders(order_worth, 3)

    with tenant_scope(acme):
        settling.settle()
        assert (BucketTotal.objects.count(), StaleBuckets.objects.exists()) == (3, False)

    with tenant_scope(globex):
        assert (BucketTotal.objects.count(), StaleBuckets.objects.exists()) == (0, True)


@pytest.mark.django_db(transaction=True)
def test_reports_are_exact_beside_writers_and_renewals():
    """Writers move revenue between two days, so that the sum over both never changes."""
    acme = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(acme):
        customer = baker.make(Customer)
        orders = [
            baker.make(Order, customer=customer, status="paid", paid_at=NOON + timedelta(hours=number))
            for number in range(6)
        ]
        for order in orders:
            baker.make(Item, order=order, sku="TEA", quantity=1, unit_price_cents=100)
    seen: list[tuple[int, int]] = []

    def work(number: int) -> str:
        for turn in range(8):
            if number < 3:  # writers, each with orders of its own
                with tenant_scope(acme):
                    paid_at = NOON + timedelta(hours=number, days=turn % 2, minutes=7 * turn)
                    Order.objects.filter(pk__in=[orders[number].pk, orders[number + 3].pk]).update(paid_at=paid_at)
            elif number == 3:
                with tenant_scope(acme, atomic=False):
                    settling.settle()
            else:
                with snapshot_scope(acme):
                    rows = selectors.sales(by="day", first=DAYS[0], last=DAYS[1])
                    (tea,) = selectors.product_summary(limit=5)
                    seen.append((sum(row["total_cents"] for row in rows), tea["total_cents"]))
        return ""

    at_once(6, work)

    assert set(seen) == {(600, 600)}
    assert len(seen) == 16
    with tenant_scope(acme):
        check_reports(DAYS)
        settling.settle()
        assert not StaleBuckets.objects.exists()
        assert set(drifts().values()) == {0}
        check_reports(DAYS)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_renewal_leaves_the_bucket_of_an_uncommitted_payment_stale():
    acme = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(acme):
        first, second = (
            services.create_order(
                customer_id=baker.make(Customer).pk, items=[{"sku": "TEA", "quantity": 1, "unit_price_cents": 100}]
            )
            for _ in range(2)
        )
        services.pay_order(order_id=first)
    with open_elsewhere(acme, lambda: services.pay_order(order_id=second)):
        with tenant_scope(acme, atomic=False):
            settling.settle()
        with tenant_scope(acme):
            assert selectors.product_summary(limit=5)[0]["order_count"] == 1
            assert not StaleBuckets.objects.exists()

    with tenant_scope(acme):
        assert StaleBuckets.objects.exists()
        assert selectors.product_summary(limit=5)[0]["order_count"] == 2
        check_reports()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_renewals_of_one_tenant_take_turns(acme):
    """Deleted by hand in two sessions, marks of other buckets and products would not meet in any total."""
    with tenant_scope(acme):
        for number in range(2):
            order = baker.make(Order, status="paid", paid_at=NOON + timedelta(hours=number))
            baker.make(Item, order=order, sku=f"SKU-{number}", quantity=1, unit_price_cents=100)
        first, second = (bucket_of(NOON + timedelta(hours=number)) for number in range(2))

    with (
        open_elsewhere(acme, lambda: StaleBuckets.objects.filter(first=first).delete()),
        tenant_scope(acme, atomic=False),
    ):
        sql("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"), tenant_scope(acme):
            StaleBuckets.objects.filter(first=second).delete()
        sql("RESET lock_timeout")

    with tenant_scope(acme):
        StaleBuckets.objects.filter(first=second).delete()
        assert [row.bucket for row in BucketTotal.objects.order_by("bucket")] == [first, second]
        assert set(drifts().values()) == {0}


def test_deleted_tenant_and_reset_leave_no_totals(acme, globex, order_worth, settings):
    settings.DEFAULT_TENANT = "acme"
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            pay_orders(order_worth, 3)
            settling.settle()
            pay_orders(order_worth, 2)

    with tenant_scope(acme):
        devtools.reset()
        assert [model.objects.count() for model in (*TOTALS, StaleBuckets)] == [0, 0, 0, 0]
    delete_tenant(tenant=globex)
    delete_tenant(tenant=acme)

    with connection.cursor() as cursor:
        for model in (*TOTALS, StaleBuckets):
            cursor.execute(f"SELECT COUNT(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.postgresql
@pytest.mark.role("orders_owner")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["orders_item", "orders_order"])
def test_reports_are_exact_after_truncate(acme, order_worth, table):
    with tenant_scope(acme):
        pay_orders(order_worth, 3)
        baker.make(Item, order=order_worth(0, status="paid", paid_at=NOON), sku="FREE", quantity=1, unit_price_cents=0)
        settling.settle()

    sql(f"TRUNCATE {table} CASCADE")

    with tenant_scope(acme):
        check_reports(DAYS)
        settling.settle()
        check_reports(DAYS)
        assert set(drifts().values()) == {0}
