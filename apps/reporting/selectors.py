"""Reports, each one SELECT."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.customers import selectors as customers
from apps.orders.lifecycle import REVENUE_STATUSES
from apps.tenancy import days


def customer_summary(*, limit: int, first: date | None = None, last: date | None = None) -> QuerySet[Any, Any]:
    """The `limit` customers with the most revenue, dated by `paid_at`, from day `first` to day `last` inclusive.

    Active customers without revenue follow with 0; ties are ordered by id. Rows are dicts of `customer_id`, `email`,
    `order_count` (orders that count as revenue) and `total_cents`.
    """
    counted = Q(orders__status__in=REVENUE_STATUSES, orders__archived_at__isnull=True)
    if first:
        counted &= Q(orders__paid_at__gte=days.day_start(first))
    if last:
        counted &= Q(orders__paid_at__lt=days.day_end(last))
    return (
        customers.customer_list()
        .annotate(
            customer_id=F("id"),
            order_count=Count("orders", filter=counted),
            total_cents=Coalesce(Sum("orders__total_cents", filter=counted), 0),
        )
        .filter(Q(is_active=True) | Q(order_count__gt=0))
        .order_by("-total_cents", "id")
        .values("customer_id", "email", "order_count", "total_cents")[:limit]
    )
