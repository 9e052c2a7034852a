"""What an order can be, and the moves between: the one place that knows. Archiving is apart from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    DRAFT = "draft"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class EventKind(models.TextChoices):
    """What an order's history records."""

    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"


@dataclass(frozen=True)
class Move:
    """A change of status: allowed from `sources`, ends in `target`, dates the order in the field `stamp`, and writes
    an `event` into its history."""

    name: str
    sources: tuple[Status, ...]
    target: Status
    stamp: str
    event: EventKind


PAY = Move("pay", (Status.DRAFT,), Status.PAID, "paid_at", EventKind.PAID)
SHIP = Move("ship", (Status.PAID,), Status.SHIPPED, "shipped_at", EventKind.SHIPPED)
CANCEL = Move("cancel", (Status.DRAFT, Status.PAID), Status.CANCELLED, "cancelled_at", EventKind.CANCELLED)
MOVES = (PAY, SHIP, CANCEL)

# Revenue is counted from `pay` on, unless the order is cancelled (or archived, which is no status).
REVENUE_STATUSES = (Status.PAID, Status.SHIPPED)


def revenue(prefix: str = "") -> models.Q:
    """The condition of an order that counts as revenue; `prefix` leads to the order, such as `orders__`."""
    return models.Q(**{f"{prefix}status__in": REVENUE_STATUSES, f"{prefix}archived_at__isnull": True})


def moves_from(status: str) -> list[str]:
    """Names of the moves that an order in `status` can make."""
    return [move.name for move in MOVES if status in move.sources]
