"""Rows to measure on: the same ones every time, written for the running scope's tenant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from apps.customers.models import Customer
from apps.orders.models import Item, Order

DAY = datetime(2026, 3, 28, 12, 0, 0, 1, tzinfo=timezone.utc)  # a microsecond, so that every time has as many digits
FOREIGN_ORDER = 1  # another tenant's, the first in the database (see `throwaway`)


def customers(n: int) -> list[Customer]:
    """`n` customers."""
    return Customer.objects.bulk_create(
        Customer(email=f"customer.{number:04}@example.com", name="Ada", created_at=DAY, updated_at=DAY)
        for number in range(n)
    )


def orders(people: Iterable[Customer], *, each: int = 1, items: int = 2, **fields: Any) -> list[Order]:
    """For each of the people so many orders, of so many items of 100 cents."""
    fields = {"created_at": DAY, "updated_at": DAY, **fields}
    written = Order.objects.bulk_create(Order(customer=person, **fields) for person in people for _ in range(each))
    Item.objects.bulk_create(
        Item(order=order, sku="TEA", quantity=1, unit_price_cents=100) for order in written for _ in range(items)
    )
    return written
