"""Reports. The statements of a report must read one snapshot, as those of a request do (see apps.tenancy.scope)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, DateField, F, FilteredRelation, Func, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Trunc

from apps.customers import selectors as customers
from apps.database.compiled import compiled
from apps.orders import selectors as orders
from apps.orders.lifecycle import revenue
from apps.reporting import buckets
from apps.reporting.buckets import Range, Segment
from apps.reporting.models import BucketProduct, BucketTotal, CustomerTotal, ProductTotal, StaleBuckets
from apps.reporting.settling import note_stale
from apps.tenancy import days

SUMMARY = ("customer_id", "email", "order_count", "total_cents")
SUMS = ("order_count", "pieces", "total_cents")
MAX_RANGES = 100  # of stale buckets; if there are more, all between the first and the last count as stale


class InByteOrder(Func):
    """A text that the database sorts as Python does, whatever its locale."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"')


def customer_summary(*, limit: int, first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """Return the `limit` customers with most revenue, dated by `paid_at`, from day `first` to day `last` inclusive.

    Active customers without revenue follow with 0; ties are ordered by id. Rows are dicts of `customer_id`, `email`,
    `order_count` (orders that count as revenue) and `total_cents`. Without dates this is one SELECT of the maintained
    totals, `limit` rows of an index. With dates it adds up the orders of these days, and then reads the customers that
    it shows.
    """
    if not first and not last:
        return [dict(zip(SUMMARY, row, strict=True)) for row in _maintained_totals(limit)()]
    paid = orders.revenue_orders().filter(_paid(first, last)).order_by()
    sums: QuerySet[Any, Any] = paid.values_list("customer_id").annotate(
        order_count=Count("*"), total_cents=Sum("total_cents")
    )
    top = {pk: (count, cents) for pk, count, cents in sums.order_by("-total_cents", "customer_id")[:limit]}
    paying = [pk for pk, (_, cents) in top.items() if cents]
    emails = dict(customers.customer_list().filter(pk__in=paying).values_list("pk", "email"))
    shown = [(pk, emails[pk]) for pk in paying]
    if len(paying) < limit:
        # Orders can be worth nothing, so customers with such orders and those without any are sorted together.
        others = customers.customer_list().filter(Q(is_active=True) | Q(pk__in=top.keys() - emails.keys()))
        others = others.exclude(pk__in=paying).order_by("pk")
        shown += others.values_list("pk", "email")[: limit - len(paying)]
    return [dict(zip(SUMMARY, (pk, email, *top.get(pk, (0, 0))), strict=True)) for pk, email in shown]


def sales(*, by: str, first: date, last: date) -> list[dict[str, Any]]:
    """Return revenue per `day`, `week` (from Monday) or `month`, dated by `paid_at`, from `first` to `last` inclusive.

    Rows are dicts of `period` (its first day), `order_count` and `total_cents`; a period without revenue has 0. The
    first and last period count only their days inside the range. Reads the buckets' totals, and orders of stale ones.
    """
    window = _window(first, last)
    stretches = list(buckets.segments(window, days.zone()))
    uneven = [Range(start, end) for start, end, offset in stretches if offset % buckets.SECONDS]
    stale = buckets.merged([*stale_ranges(window), *uneven])
    sums = {start: [0, 0] for start in days.periods(by, first, last)}
    for day, count, cents in [*_stored_sales(window, stale, stretches), *_live_sales(first, last, stale)]:
        period = sums[days.start_of_period(by, day)]
        period[0] += count
        period[1] += cents
    return [{"period": start, "order_count": count, "total_cents": cents} for start, (count, cents) in sums.items()]


def product_summary(*, limit: int, first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """Return the `limit` products with most revenue, dated as in the other reports; ties are ordered by SKU.

    Rows are dicts of `sku`, `order_count`, `pieces` and `total_cents`. Reads the products' totals, with dates those per
    bucket, and the orders of stale buckets.
    """
    window = _window(first, last)
    stale = buckets.merged([*stale_ranges(window), *_cut_buckets(first, last)])
    changes: dict[str, Any] = defaultdict(lambda: [0, 0, 0])
    if stale:
        paid = orders.revenue_orders().filter(_paid(first, last) & buckets.paid_in(stale))
        _add(changes, 1, summed_items(paid, "sku"))
    if first or last:
        stored = summed(fresh(BucketProduct.objects.all(), window, stale).values_list("sku"))
        by_revenue = "-total_cents__sum"
    else:
        stored, by_revenue = ProductTotal.objects.values_list("sku", *SUMS), "-total_cents"
        if stale:
            _add(changes, -1, summed(BucketProduct.objects.filter(buckets.having(stale)).order_by().values_list("sku")))
    top = stored.exclude(sku__in=list(changes)).order_by(by_revenue, InByteOrder("sku"))[:limit]
    if changes:
        _add(changes, 1, stored.filter(sku__in=list(changes)))
    rows = [*top, *((sku, *sums) for sku, sums in changes.items() if sums[0])]
    rows.sort(key=lambda row: (-row[3], row[0]))
    return [dict(zip(("sku", *SUMS), row, strict=True)) for row in rows[:limit]]


@compiled
def _maintained_totals(limit: int) -> QuerySet[Any, Any]:
    shown = CustomerTotal.objects.filter(Q(customer__is_active=True) | Q(order_count__gt=0))
    ordered = shown.annotate(email=F("customer__email")).order_by("-total_cents", "customer_id")
    return ordered.values_list(*SUMMARY)[:limit]


def live_totals(counted: Q = Q()) -> QuerySet[Any, Any]:  # noqa: B008  a Q is immutable
    """Return all customers with `order_count` and `total_cents` of their revenue orders that match `counted`."""
    # The join's index begins with the tenant.
    own = Q(orders__tenant=F("tenant"))
    return (
        customers.customer_list()
        .annotate(counted=FilteredRelation("orders", condition=own & revenue("orders__") & counted))
        .annotate(order_count=Count("counted"), total_cents=Coalesce(Sum("counted__total_cents"), 0))
    )


def stale_ranges(window: Range) -> list[Range]:
    """Return the stale buckets of `window`, or some more, as disjoint ranges in order.

    If there are many, they are renewed once the running request has been answered (see `settling`).
    """
    marks = StaleBuckets.objects.filter(first__lt=window.end, last__gte=window.start).order_by()
    ranges = buckets.merged([Range(first, last + 1) for first, last in marks.values_list("first", "last").distinct()])
    note_stale(sum(end - start for start, end in ranges))
    return ranges if len(ranges) <= MAX_RANGES else [Range(ranges[0].start, ranges[-1].end)]


def fresh(totals: QuerySet[Any, Any], window: Range, stale: list[Range]) -> QuerySet[Any, Any]:
    """Return those of `totals` whose bucket lies in `window` and in none of the `stale` ranges."""
    totals = totals.filter(buckets.having([window])).order_by()
    return totals.exclude(buckets.having(stale)) if stale else totals


def summed(totals: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return the sums of products' totals, grouped by the columns that `totals` reads."""
    return totals.annotate(*map(Sum, SUMS))


def summed_items(paid: QuerySet[Any, Any], *group: Any) -> QuerySet[Any, Any]:
    """Return the sums of the items of the orders `paid`, as a product's totals have them."""
    items = orders.item_list().filter(order__in=paid.order_by()).order_by().values_list(*group)
    return items.annotate(
        order_count=Count("order", distinct=True),
        pieces=Sum("quantity"),
        total_cents=Sum(F("quantity") * F("unit_price_cents"), output_field=BigIntegerField()),
    )


def _stored_sales(window: Range, stale: list[Range], stretches: list[Segment]) -> Iterator[tuple[date, int, int]]:
    totals = fresh(BucketTotal.objects.all(), window, stale).values_list(buckets.day_of_bucket(stretches))
    for day, count, cents in totals.annotate(Sum("order_count"), Sum("total_cents")):
        yield date(1970, 1, 1) + timedelta(days=day), count, cents


def _live_sales(first: date, last: date, stale: list[Range]) -> Iterable[tuple[date, int, int]]:
    if not stale:
        return []
    paid = orders.revenue_orders().filter(_paid(first, last) & buckets.paid_in(stale)).order_by()
    day = Trunc("paid_at", "day", tzinfo=days.zone(), output_field=DateField())
    return paid.annotate(day=day).values_list("day").annotate(count=Count("*"), cents=Sum("total_cents"))


def _add(sums: dict[str, Any], sign: int, rows: Iterable[Any]) -> None:
    """Add rows of a SKU and SUMS, times `sign`, to the `sums` by SKU."""
    for sku, *values in rows:
        sums[sku] = [old + sign * value for old, value in zip(sums[sku], values, strict=True)]


def _paid(first: date | None, last: date | None, prefix: str = "") -> Q:
    """Return the condition for orders paid from day `first` to day `last` of the tenant, both inclusive."""
    paid = Q()
    if first:
        paid &= Q(**{f"{prefix}paid_at__gte": days.day_start(first)})
    if last:
        paid &= Q(**{f"{prefix}paid_at__lt": days.day_end(last)})
    return paid


def _window(first: date | None, last: date | None) -> Range:
    """Return the buckets of these days, including those that the range begins or ends in."""
    start = buckets.bucket_of(days.day_start(first)) if first else buckets.ALL.start
    end = buckets.bucket_of(days.day_end(last) - timedelta(microseconds=1)) + 1 if last else buckets.ALL.end
    return Range(start, end)


def _cut_buckets(first: date | None, last: date | None) -> Iterator[Range]:
    """Yield the buckets inside which the range of days begins or ends (see `buckets`)."""
    edges = [*([days.day_start(first)] if first else []), *([days.day_end(last)] if last else [])]
    for edge in edges:
        if buckets.starts_at(buckets.bucket_of(edge)) != edge:
            yield Range(buckets.bucket_of(edge), buckets.bucket_of(edge) + 1)
