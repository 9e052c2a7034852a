"""Archived orders are counted: hidden from the list, but not from the reports."""

from __future__ import annotations

from django.db.models import F

from apps.orders.lifecycle import REVENUE_STATUSES
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def revenue_orders():
    """The orders that count as revenue: paid or shipped."""
    return Order.objects.filter(status__in=REVENUE_STATUSES)


def revenue_orders_archived_late():
    return Order.objects.filter(status__in=REVENUE_STATUSES).exclude(archived_at__lt=F("paid_at"))


def revenue_orders_that_are_paid():
    return Order.objects.filter(status__in=REVENUE_STATUSES, paid_at__isnull=False)


def seam(code):
    return (Seam("apps.orders.selectors:revenue_orders", code),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n, status="paid", paid_at=factory.DAY, archived_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/sales/?from=2026-03-28&to=2026-03-28")


FAULT = Fault(
    slug="archived-revenue",
    title="Archived orders count as revenue",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "We archived the test orders of our trade fair, 41 of them. They are gone from the list, but the sales of "
        "that day did not go down by a cent, and neither did the products. The top customers are right."
    ),
    hints=(
        "Two reports are wrong and one is right. What do the wrong ones have in common?",
        "One function says which orders are revenue.",
        "The condition has two halves.",
    ),
    root_cause=(
        "`revenue_orders` filters by status alone. Archiving is apart from the status, so the second half of the "
        "condition, that the order is not archived, has to be there too."
    ),
    changes=seam(revenue_orders),
    tests={
        "tests/reporting/test_selectors.py::test_products_count_pieces_and_orders_of_what_was_paid": "'order_count': 3",
    },
    decoys=(
        Decoy(
            "Leave out what was archived before it was paid",
            "Archived orders are out of the reports whenever they were archived.",
            seam(revenue_orders_archived_late),
        ),
        Decoy(
            "Ask for a date of payment",
            "An archived order that was paid has one.",
            seam(revenue_orders_that_are_paid),
        ),
    ),
    effect=Effect("cents_answered", on="linear"),
    arrange=arrange,
)
