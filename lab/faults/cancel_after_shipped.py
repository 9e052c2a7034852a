"""One word in the table of moves: what is on its way can be cancelled."""

from __future__ import annotations

from apps.orders import lifecycle
from apps.orders.lifecycle import EventKind, Move, Status
from apps.orders.models import Order
from apps.orders.services import MoveNotAllowed, _move
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

CANCEL = Move(
    "cancel",
    (Status.DRAFT, Status.PAID, Status.SHIPPED),
    Status.CANCELLED,
    "cancelled_at",
    EventKind.CANCELLED,
)


def cancel_order_once(*, order_id):
    order = Order.objects.only("status").get(pk=order_id)
    if order.status == Status.CANCELLED:
        raise MoveNotAllowed("The order is cancelled already.", order_status=order.status, allowed=[])
    _move(order_id, lifecycle.CANCEL)


def cancel_order_until_it_left(*, order_id):
    order = Order.objects.only("shipped_at").get(pk=order_id)
    if order.shipped_at is not None:
        raise MoveNotAllowed("The order is on its way.", order_status=Status.SHIPPED, allowed=[])
    _move(order_id, lifecycle.CANCEL)


def arrange(n: int) -> Call:
    orders = factory.orders(factory.customers(1), each=n, status="shipped", paid_at=factory.DAY)
    return Call("POST", f"/api/v1/orders/{orders[0].pk}/cancel/")


FAULT = Fault(
    slug="cancel-after-shipped",
    title="An order that was shipped can be cancelled",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "A customer cancelled an order that had left our warehouse the day before. We paid the money back and the "
        "parcel arrived. I thought the system refuses that?"
    ),
    hints=(
        "Which moves does the answer of a refused one name, and which does the service make?",
        "There is one place that knows all moves.",
        "Read the sources of `cancel` aloud.",
    ),
    root_cause="`shipped` is among the statuses that a cancel may start from.",
    changes=(Seam("apps.orders.lifecycle:CANCEL", CANCEL),),
    tests={
        "tests/orders/test_services_moves.py::test_move_refused_names_what_is_allowed_and_writes_nothing"
        "[shipped-cancel_order-allowed2]": "DID NOT RAISE",
    },
    decoys=(
        Decoy(
            "Refuse what is cancelled already",
            "A second cancel was refused before; the first one of a shipped order still goes through.",
            (Seam("apps.orders.services:cancel_order", cancel_order_once),),
        ),
        Decoy(
            "Look at the date of shipping",
            "Orders that were imported as shipped have no such date. The status decides, not a date that comes with it.",  # noqa: E501
            (Seam("apps.orders.services:cancel_order", cancel_order_until_it_left),),
        ),
    ),
    effect=Effect("rows_added", on="constant"),
    arrange=arrange,
)
