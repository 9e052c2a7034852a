"""Everything that changes an order, in the request's transaction. Totals are the database's business (`triggers`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from apps.errors import Conflict
from apps.orders import lifecycle
from apps.orders.models import MAX_ITEMS_PER_ORDER, Item, Order, OrderEvent
from apps.tenancy.inserts import insert_rows


class MoveNotAllowed(Conflict):
    """The order's status does not allow this move. `order_status` is that status, `allowed` the moves it does."""


class OrderNotDraft(Conflict):
    """Only a draft can be edited or deleted. `order_status` is what it is instead."""


class OrderNeedsItem(Conflict):
    """The last item of an order cannot be deleted; the order can."""


class OrderFull(Conflict):
    """The order has as many items as an order can have."""


def create_order(*, customer_id: int, items: Iterable[Mapping[str, Any]]) -> int:
    """Write a draft Order with its Items, two statements, and return its id."""
    now = timezone.now()
    columns = ("customer", "status", "total_cents", "created_at", "updated_at")
    [order_id] = insert_rows(Order, columns, [(customer_id, lifecycle.Status.DRAFT, 0, now, now)])
    _insert_items(order_id, items)
    return order_id


def update_order(
    *, order_id: int, customer_id: int | None = None, items: Iterable[Mapping[str, Any]] | None = None
) -> None:
    """Change a draft's customer, replace all its items, or both. Raises OrderNotDraft, Order.DoesNotExist."""
    order = _lock_draft(order_id)
    if items is not None:
        Item.objects.filter(order=order).delete()
        _insert_items(order_id, items)
    if customer_id is not None or items is not None:
        _touch(order, **({} if customer_id is None else {"customer_id": customer_id}))


def delete_order(*, order_id: int) -> None:
    """Delete a draft with its Items and OrderEvents. Raises OrderNotDraft, Order.DoesNotExist."""
    _lock_draft(order_id).delete()


def create_item(*, order: Order, **fields: Any) -> Item:
    """Add an Item to a draft. Raises OrderNotDraft, OrderFull, Order.DoesNotExist."""
    order = _lock_draft(order.pk)
    if Item.objects.filter(order=order).count() >= MAX_ITEMS_PER_ORDER:
        raise OrderFull(f"An order has at most {MAX_ITEMS_PER_ORDER} items.")
    item = Item.objects.create(order=order, **fields)
    _touch(order)
    return item


def update_item(*, item: Item, **fields: Any) -> Item:
    """Change an Item of a draft. Raises OrderNotDraft, Item.DoesNotExist."""
    order = _lock_draft(item.order_id)
    Item.objects.filter(pk=item.pk).update(**fields)
    _touch(order)
    item.refresh_from_db()
    return item


def delete_item(*, item: Item) -> None:
    """Delete an Item of a draft, but not its last. Raises OrderNotDraft, OrderNeedsItem, Item.DoesNotExist."""
    order = _lock_draft(item.order_id)
    if not Item.objects.filter(order=order).exclude(pk=item.pk).exists():
        raise OrderNeedsItem("An order has at least one item; delete the order instead.")
    item.delete()
    _touch(order)


def pay_order(*, order_id: int) -> None:
    """draft -> paid. Raises MoveNotAllowed, Order.DoesNotExist."""
    _move(order_id, lifecycle.PAY)


def ship_order(*, order_id: int) -> None:
    """paid -> shipped. Raises MoveNotAllowed, Order.DoesNotExist."""
    _move(order_id, lifecycle.SHIP)


def cancel_order(*, order_id: int) -> None:
    """draft or paid -> cancelled: this order's status, and nothing else. Raises MoveNotAllowed, Order.DoesNotExist."""
    _move(order_id, lifecycle.CANCEL)


def archive_order(*, order_id: int) -> None:
    """Hide the order from lists and reports, in any status; once is enough. Raises Order.DoesNotExist."""
    _set_archived(order_id, archived=True)


def unarchive_order(*, order_id: int) -> None:
    """Show an archived order again; once is enough. Raises Order.DoesNotExist."""
    _set_archived(order_id, archived=False)


def lock_order(*, order_id: int) -> Order:
    """The Order, which nobody else changes until the transaction ends. Raises Order.DoesNotExist."""
    # SQLite has no row locks and needs none: its writers run one at a time.
    return Order.objects.select_for_update().get(pk=order_id)


def lock_item(*, item_id: int) -> None:
    """Lock the Item's Order, as whoever changes an Item does first. Raises Item.DoesNotExist, Order.DoesNotExist."""
    lock_order(order_id=Item.objects.values_list("order_id", flat=True).get(pk=item_id))


def _insert_items(order_id: int, items: Iterable[Mapping[str, Any]]) -> None:
    names = ("sku", "quantity", "unit_price_cents")
    insert_rows(Item, ("order", *names), [(order_id, *(item[name] for name in names)) for item in items])


def _move(order_id: int, move: lifecycle.Move) -> None:
    # One conditional UPDATE: of any number of concurrent moves, one finds the order still in a source status.
    now = timezone.now()
    moved = Order.objects.filter(pk=order_id, status__in=move.sources).update(
        status=move.target, updated_at=now, **{move.stamp: now}
    )
    if moved:
        OrderEvent.objects.create(order_id=order_id, kind=move.target, created_at=now)
        return
    status = Order.objects.values_list("status", flat=True).get(pk=order_id)
    allowed = lifecycle.moves_from(status)
    raise MoveNotAllowed(
        f"Cannot {move.name} an order that is {status}; allowed: {', '.join(allowed) or 'no move'}.",
        order_status=status,
        allowed=allowed,
    )


def _set_archived(order_id: int, *, archived: bool) -> None:
    now = timezone.now()
    changed = Order.objects.filter(pk=order_id, archived_at__isnull=archived).update(
        archived_at=now if archived else None, updated_at=now
    )
    if changed:
        kind = OrderEvent.Kind.ARCHIVED if archived else OrderEvent.Kind.UNARCHIVED
        OrderEvent.objects.create(order_id=order_id, kind=kind, created_at=now)
    else:
        Order.objects.only("pk").get(pk=order_id)


def _lock_draft(order_id: int) -> Order:
    # The lock keeps a concurrent `pay` from freezing a total that this edit still changes.
    order = lock_order(order_id=order_id)
    if order.status != lifecycle.Status.DRAFT:
        raise OrderNotDraft(
            f"The order is {order.status}; only a draft can be edited or deleted.", order_status=order.status
        )
    return order


def _touch(order: Order, **fields: Any) -> None:
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now(), **fields)
