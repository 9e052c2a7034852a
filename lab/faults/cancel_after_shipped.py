"""One status too many in the table of moves: shipped orders can be cancelled."""

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
    title="A shipped order can be cancelled",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "A customer cancelled an order that had left our warehouse the day before. We refunded the money, and the "
        "parcel arrived anyway. I thought the system refused that?"
    ),
    hints=(
        "Which moves does the 409 for a refused move list, and which does the service perform?",
        "All moves are defined in one place.",
        "From which statuses may `cancel` start?",
    ),
    root_cause="`shipped` is among the statuses that a cancel may start from.",
    changes=(Seam("apps.orders.lifecycle:CANCEL", CANCEL),),
    tests={
        "tests/orders/test_services_moves.py::test_refused_move_names_the_allowed_ones_and_writes_nothing"
        "[shipped-cancel_order-allowed2]": "DID NOT RAISE",
    },
    decoys=(
        Decoy(
            "Refuse to cancel an order twice",
            "That was refused already. The first cancel of a shipped order still goes through.",
            (Seam("apps.orders.services:cancel_order", cancel_order_once),),
        ),
        Decoy(
            "Check the date of shipping",
            "Orders that were imported as shipped have no such date. The status decides, not the date.",
            (Seam("apps.orders.services:cancel_order", cancel_order_until_it_left),),
        ),
    ),
    effect=Effect("rows_added", on="constant"),
    arrange=arrange,
)
