"""Only triggers write the totals of sales; a stale bucket can be renewed, but not forgotten."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from apps.orders.models import Item, Order
from apps.reporting.models import BucketProduct, BucketTotal, ProductTotal, StaleBuckets
from apps.reporting.settling import settle
from tests.support.sales import check_reports
from tests.support.totals import drifts, sql

NOON = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
TOTALS = [BucketTotal, BucketProduct, ProductTotal]
WRITES = [
    "UPDATE {table} SET total_cents = total_cents + 20",
    "DELETE FROM {table}",
    "INSERT INTO {table} DEFAULT VALUES",
    "WITH written AS (UPDATE {table} SET total_cents = 20 RETURNING 1) SELECT count(*) FROM written",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "DO 'BEGIN UPDATE {table} SET total_cents = 20; END'",
]


@pytest.fixture(autouse=True)
def sold(in_acme, order_worth):
    order_worth(700, status="paid", paid_at=NOON)
    settle()


@pytest.mark.postgresql
@pytest.mark.parametrize("model", TOTALS)
@pytest.mark.parametrize("statement", WRITES)
@pytest.mark.parametrize(
    "user", [pytest.param(role, marks=pytest.mark.role(role)) for role in ("orders_app", "orders_ops")]
)
def test_direct_write_to_a_total_is_refused(user, statement, model):
    table = model._meta.db_table

    with pytest.raises(ProgrammingError, match=f"{table} is written by triggers"), transaction.atomic():
        sql(statement.format(table=table))

    assert list(model.objects.values_list("order_count", "total_cents")) == [(1, 700)]


@pytest.mark.postgresql
def test_stale_buckets_are_not_updated():
    Order.objects.update(paid_at=datetime(2026, 1, 1, tzinfo=timezone.utc))

    with pytest.raises(ProgrammingError, match="reporting_stalebuckets is written by triggers"), transaction.atomic():
        StaleBuckets.objects.update(first=0, last=0)


def test_deleted_stale_buckets_are_renewed():
    Order.objects.update(paid_at=datetime(2026, 1, 1, tzinfo=timezone.utc))

    StaleBuckets.objects.all().delete()

    assert set(drifts().values()) == {0}
    assert [row.total_cents for row in BucketTotal.objects.all()] == [700]


@pytest.mark.role("orders_owner")
@pytest.mark.parametrize("model", TOTALS)
@pytest.mark.parametrize("damage", ["wrong", "missing", "surplus"])
def test_reconcile_finds_and_repairs(model, damage):
    assert set(drifts().values()) == {0}
    one = model.objects.get()
    if damage == "wrong":
        model.objects.filter(pk=one.pk).update(total_cents=one.total_cents + 5)
    elif damage == "missing":
        model.objects.filter(pk=one.pk).delete()
    else:
        one.pk = None
        setattr(one, "sku" if model is ProductTotal else "bucket", "OTHER" if model is ProductTotal else 7)
        one.save(force_insert=True)

    assert drifts()["sales totals"] > 0
    with pytest.raises(SystemExit):
        call_command("reconcile")
    call_command("reconcile", "--repair")

    assert set(drifts().values()) == {0}
    check_reports((NOON.date(), NOON.date()))


def test_totals_end_with_their_orders():
    Item.objects.all().delete()
    Order.objects.all().delete()
    settle()

    assert not any(model.objects.exists() for model in [*TOTALS, StaleBuckets])
