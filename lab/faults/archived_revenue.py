"""Archived orders still count as revenue: the list hides them, the reports do not."""

from __future__ import annotations

from django.db.models import F

from apps.orders.lifecycle import REVENUE_STATUSES
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.orders.selectors:revenue_orders"


def revenue_orders():
    """The orders that count as revenue: paid or shipped."""
    return Order.objects.filter(status__in=REVENUE_STATUSES)


def revenue_orders_archived_late():
    return Order.objects.filter(status__in=REVENUE_STATUSES).exclude(archived_at__lt=F("paid_at"))


def revenue_orders_that_are_paid():
    return Order.objects.filter(status__in=REVENUE_STATUSES, paid_at__isnull=False)


def arrange(n: int) -> Call:
    orders = factory.orders(factory.customers(1), each=n, status="paid", paid_at=factory.DAY)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(archived_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/sales/?from=2026-03-28&to=2026-03-28")


FAULT = Fault(
    slug="archived-revenue",
    title="Archived orders count as revenue",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "We archived the 41 test orders from our trade fair. They are gone from the list, but neither that day's sales "
        "nor the products report went down by a cent. The top customers are right."
    ),
    hints=(
        "Two reports are wrong and one is right. What do the wrong ones have in common?",
        "One function decides which orders are revenue.",
        "Its condition should have two halves.",
    ),
    root_cause=(
        "`revenue_orders` filters by status alone. Archiving does not change the status, so the condition also has to "
        "leave out archived orders."
    ),
    changes=(Seam(PLACE, revenue_orders),),
    tests={
        "tests/reporting/test_selectors.py::test_products_count_pieces_and_orders_of_paid_orders": "'order_count': 3",
    },
    decoys=(
        Decoy(
            "Leave out orders that were archived before they were paid",
            "An archived order does not count, no matter when it was archived.",
            (Seam(PLACE, revenue_orders_archived_late),),
        ),
        Decoy(
            "Require a date of payment",
            "An archived order that was paid has one too.",
            (Seam(PLACE, revenue_orders_that_are_paid),),
        ),
    ),
    effect=Effect("cents_answered", on="linear"),
    arrange=arrange,
)
