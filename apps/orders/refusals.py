"""What the services of this app refuse, each a type of problem that the API documents."""

from apps.errors import Conflict
from apps.orders.models import MAX_ITEMS_PER_ORDER

_ORDER_STATUS = {"type": "string", "description": "The order's current status.", "example": "paid"}


class MoveNotAllowed(Conflict):
    """The order's status does not allow this move."""

    remedy = "Use one of the moves in `allowed`, or leave the order as it is."
    example = "Cannot pay an order that is paid; allowed: ship, cancel."
    fields = {
        "order_status": _ORDER_STATUS,
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The moves that this status allows.",
            "example": ["ship", "cancel"],
        },
    }


class OrderNotDraft(Conflict):
    """Only a draft can be edited or deleted."""

    remedy = "Cancel the order, and create a new one."
    example = "The order is paid; only a draft can be edited or deleted."
    fields = {"order_status": _ORDER_STATUS}


class OrderNeedsItem(Conflict):
    """The last item of an order cannot be deleted; the order can."""

    remedy = "Delete the order instead."
    example = "An order has at least one item; delete the order instead."


class ItemStaysInOrder(Exception):
    """An item never moves to another order."""


class OrderFull(Conflict):
    """The order has as many items as an order can have."""

    remedy = "Create another order."
    example = f"An order has at most {MAX_ITEMS_PER_ORDER} items."
