"""Sample customers, orders and events, generated at random from a seed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from apps.orders.lifecycle import EventKind, Status

EPOCH = datetime(2026, 1, 1)  # in UTC, as `insert_rows` reads a time without a zone
SPAN_MINUTES = 180 * 24 * 60  # Orders are spread over half a year.

GIVEN = ("Ada", "Alan", "Barbara", "Dennis", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Ken", "Margaret", "Tim")
FAMILY = ("Allen", "Berners-Lee", "Dijkstra", "Hamilton", "Hopper", "Knuth", "Lamarr", "Liskov", "Lovelace", "Turing")
CATALOGUE = (
    ("TEA-GREEN-100", 450),
    ("TEA-BLACK-100", 390),
    ("TEA-HERBAL-50", 490),
    ("MUG-BLUE", 790),
    ("MUG-WHITE", 790),
    ("POT-STEEL-1L", 2490),
    ("SUGAR-500", 250),
)  # SKUs with their prices in cents
STATUSES = (Status.DRAFT, Status.PAID, Status.PAID, Status.SHIPPED, Status.SHIPPED, Status.SHIPPED, Status.CANCELLED)


class OrderRow(NamedTuple):
    """The columns of an order that are written."""

    customer: int
    status: Status
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    cancelled_at: datetime | None
    total_cents: int = 0  # maintained by triggers


def customer(random: Random, number: int) -> tuple[Any, ...]:
    """Return a customer's email, name, is_active, created_at and updated_at."""
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    return f"{given}.{family}.{number}@example.com".lower(), f"{given} {family}", True, EPOCH, EPOCH


def order(random: Random, customer: int) -> OrderRow:
    """Return an order of the customer with that id."""
    created = EPOCH + timedelta(minutes=random.randrange(SPAN_MINUTES))
    status = random.choice(STATUSES)
    paid = created + timedelta(hours=1) if status in (Status.PAID, Status.SHIPPED) else None
    shipped = created + timedelta(days=1) if status == Status.SHIPPED else None
    cancelled = created + timedelta(hours=2) if status == Status.CANCELLED else None
    return OrderRow(customer, status, created, shipped or cancelled or paid or created, paid, shipped, cancelled)


def events(order: OrderRow) -> Iterator[tuple[str, datetime]]:
    """Yield the kind and time of each event of an order."""
    for kind, at in (
        (EventKind.PAID, order.paid_at),
        (EventKind.SHIPPED, order.shipped_at),
        (EventKind.CANCELLED, order.cancelled_at),
    ):
        if at:
            yield kind, at
