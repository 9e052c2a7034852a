"""Reports, each one SELECT."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, DateField, F, FilteredRelation, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Trunc

from apps.customers import selectors as customers
from apps.database.compiled import compiled
from apps.orders import selectors as orders
from apps.orders.lifecycle import revenue
from apps.reporting.models import CustomerTotal
from apps.tenancy import days

SUMMARY = ("customer_id", "email", "order_count", "total_cents")


def customer_summary(*, limit: int, first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """Return the `limit` customers with most revenue, dated by `paid_at`, from day `first` to day `last` inclusive.

    Active customers without revenue follow with 0; ties are ordered by id. Rows are dicts of `customer_id`, `email`,
    `order_count` (orders that count as revenue) and `total_cents`. Without dates this reads the maintained totals,
    `limit` rows of an index; with dates it sums orders.
    """
    if first or last:
        dated = live_totals(_paid(first, last, "orders__")).annotate(customer_id=F("id"))
        shown = dated.filter(Q(is_active=True) | Q(order_count__gt=0))
        return list(shown.order_by("-total_cents", "id").values(*SUMMARY)[:limit])
    return [dict(zip(SUMMARY, row, strict=True)) for row in _maintained_totals(limit)()]


def sales(*, by: str, first: date, last: date) -> list[dict[str, Any]]:
    """Return revenue per `day`, `week` (from Monday) or `month`, dated by `paid_at`, from `first` to `last` inclusive.

    Rows are dicts of `period` (its first day), `order_count` and `total_cents`; a period without revenue has 0. The
    first and last period count only their days inside the range. Periods without orders are added after the SELECT.
    """
    period = Trunc("paid_at", by, tzinfo=days.zone(), output_field=DateField())
    periods_with_revenue = (
        orders.revenue_orders()
        .filter(_paid(first, last))
        .annotate(period=period)
        .order_by()
        .values_list("period")
        .annotate(Count("id"), Sum("total_cents"))
    )
    sums = {start: (count, cents) for start, count, cents in periods_with_revenue}
    rows = []
    for start in _periods(by, first, last):
        count, cents = sums.get(start, (0, 0))
        rows.append({"period": start, "order_count": count, "total_cents": cents})
    return rows


def product_summary(*, limit: int, first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """Return the `limit` products with most revenue, dated as in the other reports; ties are ordered by SKU.

    Rows are dicts of `sku`, `order_count`, `pieces` and `total_cents`.
    """
    products: QuerySet[Any, Any] = (
        orders.item_list()
        .filter(order__in=orders.revenue_orders().filter(_paid(first, last)))
        .values("sku")
        .annotate(
            order_count=Count("order", distinct=True),
            pieces=Sum("quantity"),
            total_cents=Sum(F("quantity") * F("unit_price_cents"), output_field=BigIntegerField()),
        )
        .order_by("-total_cents", "sku")
    )
    return list(products[:limit])


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


def _paid(first: date | None, last: date | None, prefix: str = "") -> Q:
    """Return the condition for orders paid from day `first` to day `last` of the tenant, both inclusive."""
    paid = Q()
    if first:
        paid &= Q(**{f"{prefix}paid_at__gte": days.day_start(first)})
    if last:
        paid &= Q(**{f"{prefix}paid_at__lt": days.day_end(last)})
    return paid


def _periods(by: str, first: date, last: date) -> Iterator[date]:
    """Yield the first day of each period between `first` and `last`."""
    start = {"day": first, "week": first - timedelta(days=first.weekday()), "month": first.replace(day=1)}[by]
    while start <= last:
        yield start
        if by == "month":
            start = (start + timedelta(days=31)).replace(day=1)
        else:
            start += timedelta(days=1 if by == "day" else 7)
