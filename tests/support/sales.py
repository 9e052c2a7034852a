"""The reports, computed in plain Python from all orders and items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from apps.orders.models import Item, Order
from apps.reporting import selectors
from apps.tenancy import days
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_tenant


def revenue_between(first: date | None, last: date | None) -> Iterator[tuple[Order, date]]:
    """Yield the orders that are revenue on these days, each with its day."""
    zone = ZoneInfo(Tenant.objects.get(pk=current_tenant().pk).timezone)
    for order in Order.objects.all():
        if order.status in ("paid", "shipped") and order.archived_at is None:
            day = order.paid_at.astimezone(zone).date()
            if (first is None or first <= day) and (last is None or day <= last):
                yield order, day


def sales(by: str, first: date, last: date) -> list[dict]:
    rows = {start: [0, 0] for start in days.periods(by, first, last)}
    for order, day in revenue_between(first, last):
        row = rows[days.start_of_period(by, day)]
        row[0] += 1
        row[1] += order.total_cents
    return [{"period": day, "order_count": count, "total_cents": cents} for day, (count, cents) in rows.items()]


def products(limit: int, first: date | None, last: date | None) -> list[dict]:
    lines: dict[str, list[Item]] = defaultdict(list)
    paid = {order.pk for order, _ in revenue_between(first, last)}
    for item in Item.objects.filter(order__in=paid):
        lines[item.sku].append(item)
    rows = [
        {
            "sku": sku,
            "order_count": len({item.order_id for item in items}),
            "pieces": sum(item.quantity for item in items),
            "total_cents": sum(item.quantity * item.unit_price_cents for item in items),
        }
        for sku, items in lines.items()
    ]
    return sorted(rows, key=lambda row: (-row["total_cents"], row["sku"]))[:limit]


def check_reports(*ranges: tuple[date | None, date | None]) -> None:
    """Assert that sales and products of each range, and of all time, equal what the rows say."""
    for first, last in [(None, None), *ranges]:
        for limit in (1, 100):
            found = selectors.product_summary(limit=limit, first=first, last=last)
            assert found == products(limit, first, last), (limit, first, last)
        if first and last:
            for by in ("day", "week", "month"):
                assert selectors.sales(by=by, first=first, last=last) == sales(by, first, last), (by, first, last)
