"""`order.total_cents` is the sum over the order's items, whoever writes items, and whoever tries to write the total."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.orders.models import Item, Order
from apps.tenancy.database import Drift, Number, Trigger

BATCH = 5_000  # rows that one statement of a repair names


def _sum(order: str) -> str:
    # The tenant leads the index that finds the items.
    return (
        "(SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item"
        f" WHERE tenant_id = {order}.tenant_id AND order_id = {order}.id)"
    )


def _items_trigger(event: str, transition: str, changes: str, sqlite_orders: str) -> Trigger:
    return Trigger(
        name=f"order_total_on_item_{event.lower()}",
        table="orders_item",
        sqlite=f"""
            AFTER {event} ON orders_item BEGIN
                UPDATE orders_order SET total_cents = {_sum("orders_order")}
                WHERE id IN ({sqlite_orders});
            END""",
        postgresql=f"AFTER {event} ON orders_item REFERENCING {transition} FOR EACH STATEMENT",
        # Locked in one order everywhere, so that two writers of the same orders wait instead of deadlocking.
        body=f"""
            PERFORM 1 FROM orders_order WHERE id IN (SELECT order_id FROM ({changes}) AS changed)
            ORDER BY id FOR UPDATE;
            UPDATE orders_order SET total_cents = orders_order.total_cents + changed.cents
            FROM (
                SELECT order_id, SUM(cents)::bigint AS cents FROM ({changes}) AS change
                GROUP BY order_id HAVING SUM(cents) <> 0
            ) AS changed
            WHERE orders_order.id = changed.order_id;
            RETURN NULL;""",
    )


_ADDED = "SELECT order_id, quantity::bigint * unit_price_cents AS cents FROM new_rows"
_REMOVED = "SELECT order_id, -quantity::bigint * unit_price_cents AS cents FROM old_rows"

TRIGGERS = [
    _items_trigger("INSERT", "NEW TABLE AS new_rows", _ADDED, "NEW.order_id"),
    _items_trigger(
        "UPDATE",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        f"{_ADDED} UNION ALL {_REMOVED}",
        "OLD.order_id, NEW.order_id",
    ),
    _items_trigger("DELETE", "OLD TABLE AS old_rows", _REMOVED, "OLD.order_id"),
    # A total that is written by hand is not kept: a new order has no items yet, an old one is summed up again.
    Trigger(
        name="order_total_on_insert",
        table="orders_order",
        sqlite=f"""
            AFTER INSERT ON orders_order WHEN NEW.total_cents <> 0 BEGIN
                UPDATE orders_order SET total_cents = {_sum("NEW")} WHERE id = NEW.id;
            END""",
        postgresql="BEFORE INSERT ON orders_order FOR EACH ROW",
        body="""
            NEW.total_cents := 0;
            RETURN NEW;""",
    ),
    Trigger(
        name="order_total_on_update",
        table="orders_order",
        sqlite=f"""
            AFTER UPDATE OF total_cents ON orders_order
            WHEN NEW.total_cents <> {_sum("NEW")} BEGIN
                UPDATE orders_order SET total_cents = {_sum("NEW")} WHERE id = NEW.id;
            END""",
        postgresql="BEFORE UPDATE ON orders_order FOR EACH ROW",
        # Depth 1 is a statement of a client, 2 one of the triggers above.
        body=f"""
            IF NEW.total_cents <> OLD.total_cents AND pg_trigger_depth() = 1 THEN
                NEW.total_cents := {_sum("NEW")};
            END IF;
            RETURN NEW;""",
    ),
]


def _drifted() -> QuerySet[Any, Any]:
    items = Item.objects.filter(order=OuterRef("pk")).order_by().values("order")
    total = items.annotate(total=Sum(F("quantity") * F("unit_price_cents"))).values("total")
    live = Coalesce(Subquery(total, output_field=BigIntegerField()), 0)
    return Order.objects.annotate(live=live).exclude(total_cents=F("live"))


def _drift() -> Drift:
    cents = [abs(total - live) for total, live in _drifted().values_list("total_cents", "live")]
    return Drift(rows=len(cents), cents=sum(cents))


def _repair() -> None:
    # Any other value makes the database sum up again.
    ids = list(_drifted().values_list("pk", flat=True))
    for batch in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        Order.objects.filter(pk__in=batch).update(total_cents=F("total_cents") + 1)


NUMBERS = [Number("order totals", _drift, _repair)]
