"""Errors that the order services raise. Each Conflict becomes a documented type of problem."""

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
    """An order must have at least one item, so its last item cannot be deleted."""

    remedy = "Delete the order instead."
    example = "An order has at least one item; delete the order instead."


class ItemStaysInOrder(Exception):
    """An item never moves to another order."""


class OrderFull(Conflict):
    """The order already has the maximum number of items."""

    remedy = "Create another order."
    example = f"An order has at most {MAX_ITEMS_PER_ORDER} items."
