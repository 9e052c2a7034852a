"""Statuses of an order, and the moves between them. The archive flag is independent of both."""

from dataclasses import dataclass

from django.db import models

from apps.database.literals import Literal


class Status(models.TextChoices):
    DRAFT = "draft"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class EventKind(models.TextChoices):
    """Kinds of entries in an order's history."""

    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"


@dataclass(frozen=True)
class Move:
    """A change of status from one of `sources` to `target`. It writes the time to the field `stamp`, and an `event`."""

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


# The condition of the partial indexes of orders that are revenue.
REVENUE = models.Q(status__in=REVENUE_STATUSES, archived_at__isnull=True)


def revenue(prefix: str = "") -> models.Q:
    """Return the condition for orders that are revenue; `prefix` is the path to the order, such as `orders__`."""
    statuses = [Literal(status.value) for status in REVENUE_STATUSES]
    return models.Q(**{f"{prefix}status__in": statuses, f"{prefix}archived_at__isnull": True})


def moves_from(status: str) -> list[str]:
    """Return the names of the moves that are allowed in `status`."""
    return [move.name for move in MOVES if status in move.sources]
