"""Read, check, write: several simultaneous cancels all find that the order is not cancelled yet."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from apps.orders import lifecycle
from apps.orders.models import Order, OrderEvent
from apps.orders.services import MoveNotAllowed
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.orders.services:cancel_order"


def refund(order):
    """Call the payment provider, which takes a moment."""
    time.sleep(0.2)


def cancel_order(*, order_id):
    """draft or paid -> cancelled, with a refund."""
    order = Order.objects.get(pk=order_id)
    if order.status not in lifecycle.CANCEL.sources:
        allowed = lifecycle.moves_from(order.status)
        raise MoveNotAllowed(f"The order is {order.status}.", order_status=order.status, allowed=allowed)
    refund(order)
    order.status = lifecycle.Status.CANCELLED
    order.cancelled_at = order.updated_at = timezone.now()
    order.save()
    OrderEvent.objects.create(order=order, kind=lifecycle.EventKind.CANCELLED, created_at=order.cancelled_at)


def cancel_order_in_a_transaction(*, order_id):
    with transaction.atomic():
        cancel_order(order_id=order_id)


def cancel_order_writing_little(*, order_id):
    order = Order.objects.get(pk=order_id)
    if order.status not in lifecycle.CANCEL.sources:
        allowed = lifecycle.moves_from(order.status)
        raise MoveNotAllowed(f"The order is {order.status}.", order_status=order.status, allowed=allowed)
    refund(order)
    order.status = lifecycle.Status.CANCELLED
    order.cancelled_at = order.updated_at = timezone.now()
    order.save(update_fields=["status", "cancelled_at", "updated_at"])
    OrderEvent.objects.create(order=order, kind=lifecycle.EventKind.CANCELLED, created_at=order.cancelled_at)


def arrange(n: int) -> Call:
    orders = factory.orders(factory.customers(1), each=n, status="paid", paid_at=factory.DAY)
    return Call("POST", f"/api/v1/orders/{orders[0].pk}/cancel/")


FAULT = Fault(
    slug="double-cancel",
    title="Two cancels at once pay the money back twice",
    kind="correctness",
    difficulty="hard",
    ticket=(
        "An impatient customer pressed `cancel` three times. The order is cancelled, as it should be, but its history "
        "shows three cancellations within a second, and we refunded the money three times."
    ),
    hints=(
        "One after the other, the second cancel is refused. What if both arrive at the same time?",
        "Something takes time between reading the status and writing it.",
        "What decides which of several cancels is the first: this process, or the database?",
    ),
    root_cause=(
        "The status is read, checked and written in three steps. Requests that read before the first one commits all "
        "find `paid`. A conditional UPDATE checks and writes in one step, and only one request finds the row."
    ),
    changes=(Seam(PLACE, cancel_order),),
    tests={
        "tests/orders/test_services_races.py::test_concurrent_cancels_make_one_transition": "'cancelled', 'cancelled'"
    },
    decoys=(
        Decoy(
            "Put it into a transaction",
            "A transaction does not lock the row that it reads, so every request still reads `paid`.",
            (Seam(PLACE, cancel_order_in_a_transaction),),
        ),
        Decoy(
            "Write only the columns that change",
            "This protects changes of other columns. The status is still read too early.",
            (Seam(PLACE, cancel_order_writing_little),),
        ),
    ),
    effect=Effect("statements", on="constant"),
    arrange=arrange,
    databases=("postgresql",),  # SQLite's writers run one at a time
)
