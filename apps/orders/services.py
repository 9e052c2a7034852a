"""Changes of orders and items, in the caller's transaction. Totals are maintained by `triggers`.

`fields` are fields of the model; a foreign key is named `…_id`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.database.inserts import insert_rows
from apps.orders import lifecycle
from apps.orders.models import MAX_ITEMS_PER_ORDER, Item, Order, OrderEvent
from apps.orders.refusals import ItemStaysInOrder, MoveNotAllowed, OrderFull, OrderNeedsItem, OrderNotDraft
from apps.tenancy.acting import acting_key


def create_order(*, customer_id: int, items: Sequence[Mapping[str, Any]], **fields: Any) -> int:
    """Write a draft Order with its Items, two statements, and return its id."""
    now = timezone.now()
    names = ("customer", "status", "total_cents", "created_at", "updated_at", *fields)
    [order_id] = insert_rows(Order, names, [(customer_id, lifecycle.Status.DRAFT, 0, now, now, *fields.values())])
    _insert_items(order_id, items)
    return order_id


def update_order(*, order_id: int, items: Sequence[Mapping[str, Any]] | None = None, **fields: Any) -> None:
    """Change a draft's fields, replace all its items, or both. Raises OrderNotDraft, Order.DoesNotExist."""
    order = _lock_draft(order_id)
    if items is not None:
        Item.objects.filter(order=order).delete()
        _insert_items(order_id, items)
    if fields or items is not None:
        _touch(order, **fields)


def delete_order(*, order_id: int) -> None:
    """Delete a draft with its Items and OrderEvents. Raises OrderNotDraft, Order.DoesNotExist."""
    _lock_draft(order_id).delete()


def create_item(*, order_id: int, **fields: Any) -> int:
    """Add an Item to a draft, and return its id. Raises OrderNotDraft, OrderFull, Order.DoesNotExist."""
    order = _lock_draft(order_id)
    if Item.objects.filter(order=order).count() >= MAX_ITEMS_PER_ORDER:
        raise OrderFull(f"An order has at most {MAX_ITEMS_PER_ORDER} items.")
    [item_id] = _insert_items(order_id, [fields])
    _touch(order)
    return item_id


def update_item(*, item_id: int, order_id: int | None = None, **fields: Any) -> None:
    """Change an Item of a draft. Raises ItemStaysInOrder if `order_id` is another order's, OrderNotDraft,
    Item.DoesNotExist."""
    order = _locked_order_of(item_id)
    if order_id not in (None, order.pk):
        raise ItemStaysInOrder("An item stays in its order.")
    _refuse_unless_draft(order)
    # Without fields, only check that it exists: another request may have deleted it before this one took the lock.
    items = Item.objects.filter(pk=item_id)
    if not (items.update(**fields) if fields else items.exists()):
        raise Item.DoesNotExist
    _touch(order)


def delete_item(*, item_id: int) -> None:
    """Delete an Item of a draft, but not its last. Raises OrderNotDraft, OrderNeedsItem, Item.DoesNotExist."""
    order = _locked_order_of(item_id)
    _refuse_unless_draft(order)
    if not Item.objects.filter(order=order).exclude(pk=item_id).exists():
        raise OrderNeedsItem("An order has at least one item; delete the order instead.")
    if not Item.objects.filter(pk=item_id).delete()[0]:
        raise Item.DoesNotExist  # Another request deleted it before the lock was there.
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
    """Hide the order from lists and reports, in any status. Idempotent. Raises Order.DoesNotExist."""
    _set_archived(order_id, archived=True)


def unarchive_order(*, order_id: int) -> None:
    """Show an archived order again. Idempotent. Raises Order.DoesNotExist."""
    _set_archived(order_id, archived=False)


def lock_order(*, order_id: int) -> None:
    """Keep the Order as it is until the transaction ends. Raises Order.DoesNotExist."""
    _locked_order(order_id)


def lock_item(*, item_id: int) -> None:
    """Keep the Item's Order, and so the Item, until the transaction ends. Raises Item.DoesNotExist."""
    _locked_order_of(item_id)


def _insert_items(order_id: int, items: Sequence[Mapping[str, Any]]) -> list[int]:
    # Items may differ in what they leave out; an INSERT has the same columns for all.
    names = tuple(dict.fromkeys(name for item in items for name in item))
    meta: Any = Item._meta
    defaults = {name: meta.get_field(name).get_default for name in names}  # called for each row: it may be a new id
    rows = [(order_id, *(item[name] if name in item else defaults[name]() for name in names)) for item in items]
    return insert_rows(Item, ("order", *names), rows)


def _move(order_id: int, move: lifecycle.Move) -> None:
    # One conditional UPDATE: of any number of concurrent moves, one finds the order still in a source status.
    now = timezone.now()
    moved = Order.objects.filter(pk=order_id, status__in=move.sources).update(
        status=move.target, updated_at=now, **{move.stamp: now}
    )
    if moved:
        _record(order_id, move.event, now)
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
        kind = lifecycle.EventKind.ARCHIVED if archived else lifecycle.EventKind.UNARCHIVED
        _record(order_id, kind, now)
    else:
        Order.objects.only("pk").get(pk=order_id)


def _record(order_id: int, kind: str, now: datetime) -> None:
    key = acting_key()
    by = {"key_prefix": key.prefix, "key_name": key.name} if key else {}
    OrderEvent.objects.create(order_id=order_id, kind=kind, created_at=now, **by)


def _locked_order(order_id: int) -> Order:
    # SQLite has no row locks and needs none: its writers run one at a time.
    return Order.objects.select_for_update().get(pk=order_id)


def _locked_order_of(item_id: int) -> Order:
    try:
        return Order.objects.select_for_update(of=("self",)).get(items__pk=item_id)
    except Order.DoesNotExist as error:
        raise Item.DoesNotExist from error


def _lock_draft(order_id: int) -> Order:
    # The lock keeps a concurrent `pay` from freezing a total that this edit still changes.
    order = _locked_order(order_id)
    _refuse_unless_draft(order)
    return order


def _refuse_unless_draft(order: Order) -> None:
    if order.status != lifecycle.Status.DRAFT:
        raise OrderNotDraft(
            f"The order is {order.status}; only a draft can be edited or deleted.", order_status=order.status
        )


def _touch(order: Order, **fields: Any) -> None:
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now(), **fields)
