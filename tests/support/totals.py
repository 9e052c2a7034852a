"""The correct totals, computed in Python, and the drift of the stored ones."""

from __future__ import annotations

from django.db import connection

from apps.database import totals
from apps.orders.models import Item, Order

PAID_AT = "2026-01-01T00:00:00+00:00"
PAID_AT_SQL = "2026-01-01 00:00:00"  # as Django writes it to SQLite, which compares times as text


def live_totals() -> dict[int, int]:
    """Compute the order totals in plain Python, from all items."""
    totals = dict.fromkeys(Order.objects.values_list("pk", flat=True), 0)
    for order, quantity, price in Item.objects.values_list("order", "quantity", "unit_price_cents"):
        totals[order] += quantity * price
    return totals


def drifts() -> dict[str, int]:
    return {number.label: number.drift().rows for number in totals.numbers()}


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def line(number: int) -> dict:
    return {"sku": "TEA", "quantity": number % 5 + 1, "unit_price_cents": number * 100}
