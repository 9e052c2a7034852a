"""Write the rows on which a fault is measured, the same every time, for the current tenant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from apps.customers.models import Customer
from apps.orders.models import Item, Order

DAY = datetime(
    2026, 3, 28, 12, 0, 0, 1, tzinfo=timezone.utc
)  # 1 microsecond, so that all printed times have the same length
FOREIGN_ORDER = 1  # id of another tenant's order, the first in the database (see `throwaway.arranged`)


def customers(n: int) -> list[Customer]:
    """Write and return n customers."""
    return Customer.objects.bulk_create(
        Customer(email=f"customer.{number:04}@example.com", name="Ada", created_at=DAY, updated_at=DAY)
        for number in range(n)
    )


def orders(customers: Iterable[Customer], *, each: int = 1, items: int = 2, **fields: Any) -> list[Order]:
    """Write and return `each` orders per customer, each with `items` items of 100 cents."""
    fields = {"created_at": DAY, "updated_at": DAY, **fields}
    written = Order.objects.bulk_create(
        Order(customer=customer, **fields) for customer in customers for _ in range(each)
    )
    Item.objects.bulk_create(
        Item(order=order, sku="TEA", quantity=1, unit_price_cents=100) for order in written for _ in range(items)
    )
    return written
