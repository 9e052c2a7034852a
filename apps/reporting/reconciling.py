"""Compare the totals of buckets and products with orders and items, and correct them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Max, Min, Sum

from apps.database.totals import Drift, MaintainedNumber, drift_between
from apps.orders import selectors as orders
from apps.reporting import buckets, selectors, settling
from apps.reporting.buckets import BucketOf, Range
from apps.reporting.models import BucketProduct, BucketTotal, ProductTotal, StaleBuckets

_WINDOW = 7 * buckets.PER_DAY  # buckets that are compared at once, so that memory stays flat


def _drifted() -> Iterator[tuple[int, int]]:
    """Yield the stored and the correct cents of each total that differs, except those of stale buckets."""
    stale = selectors.stale_ranges(buckets.ALL)
    for start in range(*_known_buckets(), _WINDOW):
        window = Range(start, start + _WINDOW)
        paid = orders.revenue_orders().filter(buckets.paid_in([window])).order_by()
        if stale:
            paid = paid.exclude(buckets.paid_in(stale))
        yield from _differences(
            selectors.fresh(BucketTotal.objects.all(), window, stale).values_list(
                "bucket", "order_count", "total_cents"
            ),
            paid.values_list(BucketOf("paid_at")).annotate(count=Count("*"), cents=Sum("total_cents")),
            key=1,
        )
        yield from _differences(
            selectors.fresh(BucketProduct.objects.all(), window, stale).values_list("bucket", "sku", *selectors.SUMS),
            selectors.summed_items(paid, BucketOf("order__paid_at"), "sku"),
            key=2,
        )
    yield from _differences(
        ProductTotal.objects.values_list("sku", *selectors.SUMS),
        selectors.summed(BucketProduct.objects.order_by().values_list("sku")),
        key=1,
    )


def _known_buckets() -> tuple[int, int]:
    """Return the range of buckets that have a total or should have one."""
    found = list(BucketTotal.objects.aggregate(Min("bucket"), Max("bucket")).values())
    found += BucketProduct.objects.aggregate(Min("bucket"), Max("bucket")).values()
    paid = orders.revenue_orders().aggregate(Min("paid_at"), Max("paid_at")).values()
    found = [bucket for bucket in [*found, *(at and buckets.bucket_of(at) for at in paid)] if bucket is not None]
    return (min(found), max(found) + 1) if found else (0, 0)


def _differences(stored: Iterable[Any], correct: Iterable[Any], *, key: int) -> Iterator[tuple[int, int]]:
    """Compare rows by their first `key` columns; the others are sums, the last of them cents."""
    kept, true = ({row[:key]: row for row in rows} for rows in (stored, correct))
    for group in kept.keys() | true.keys():
        if kept.get(group) != true.get(group):
            yield kept.get(group, (0,))[-1], true.get(group, (0,))[-1]


def _drift() -> Drift:
    return drift_between(_drifted())


def _repair() -> None:
    if next(_drifted(), None) is None:
        return
    settling.settle()
    for model in (BucketTotal, BucketProduct, ProductTotal):
        model.objects.all().delete()
    first, end = _known_buckets()
    StaleBuckets.objects.create(first=first, last=end)
    StaleBuckets.objects.all().delete()


SALES_TOTALS = MaintainedNumber("sales totals", _drift, _repair, settling.settle)
