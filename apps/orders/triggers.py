"""Triggers that maintain `order.total_cents` as the sum of its items, and refuse any other value."""

from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.database.totals import Drift, MaintainedNumber, batches, drift_between, on_truncate
from apps.database.triggers import Trigger
from apps.orders.models import Item, Order

_REFUSAL = "orders_order.total_cents is the sum of the items"


def _sum(order: str) -> str:
    # The tenant leads the index that finds the items.
    return (
        "(SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item"
        f" WHERE tenant_id = {order}.tenant_id AND order_id = {order}.id)"
    )


def _items_trigger(event: str, transition: str, changed: str, sqlite_orders: str) -> Trigger:
    return Trigger(
        name=f"order_total_on_item_{event.lower()}",
        table="orders_item",
        sqlite=f"""
            AFTER {event} ON orders_item BEGIN
                UPDATE orders_order SET total_cents = {_sum("orders_order")} WHERE id IN ({sqlite_orders});
            END""",
        postgresql=f"AFTER {event} ON orders_item REFERENCING {transition} FOR EACH STATEMENT",
        # Summed up under the rows' locks, which are taken in one order everywhere. A difference that is added instead
        # counts twice what another part of the same statement (WITH) has summed up already. The ids are collected
        # once: a row that had to be waited for would make PostgreSQL read the transition table again.
        body=f"""
            DECLARE
                ids bigint[] := ARRAY({changed});
            BEGIN
                PERFORM FROM orders_order WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
                UPDATE orders_order SET total_cents = {_sum("orders_order")} WHERE id = ANY (ids);
            END;
            RETURN NULL;""",
    )


TRIGGERS = [
    _items_trigger("INSERT", "NEW TABLE AS new_rows", "SELECT DISTINCT order_id FROM new_rows", "NEW.order_id"),
    _items_trigger(
        "UPDATE",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT order_id FROM old_rows UNION SELECT order_id FROM new_rows",
        "OLD.order_id, NEW.order_id",
    ),
    _items_trigger("DELETE", "OLD TABLE AS old_rows", "SELECT DISTINCT order_id FROM old_rows", "OLD.order_id"),
    on_truncate(
        "orders_item", "order_total_on_item_truncate", "UPDATE orders_order SET total_cents = 0 WHERE total_cents <> 0;"
    ),
    # Rows that are copied from elsewhere bring a total along, before their items: it is replaced.
    Trigger(
        name="order_total_on_insert",
        table="orders_order",
        sqlite=f"""
            AFTER INSERT ON orders_order WHEN NEW.total_cents <> {_sum("NEW")} BEGIN
                UPDATE orders_order SET total_cents = {_sum("NEW")} WHERE id = NEW.id;
            END""",
        postgresql="BEFORE INSERT ON orders_order FOR EACH ROW",
        body=f"""
            NEW.total_cents := {_sum("NEW")};
            RETURN NEW;""",
    ),
    # A change of the total has to be a change to the sum, as the triggers above and a repair write it.
    Trigger(
        name="order_total_on_update",
        table="orders_order",
        sqlite=f"""
            AFTER UPDATE OF id, tenant_id, total_cents ON orders_order
            WHEN NEW.total_cents <> {_sum("NEW")} BEGIN
                SELECT RAISE(ABORT, '{_REFUSAL}') WHERE NEW.total_cents <> OLD.total_cents;
                UPDATE orders_order SET total_cents = {_sum("NEW")} WHERE id = NEW.id;
            END""",
        postgresql="BEFORE UPDATE ON orders_order FOR EACH ROW",
        body=f"""
            DECLARE
                cents bigint;
            BEGIN
                IF (NEW.total_cents, NEW.id, NEW.tenant_id)
                    IS DISTINCT FROM (OLD.total_cents, OLD.id, OLD.tenant_id)
                THEN
                    cents := {_sum("NEW")};
                    IF NEW.total_cents NOT IN (OLD.total_cents, cents) THEN
                        RAISE insufficient_privilege USING MESSAGE = '{_REFUSAL}';
                    END IF;
                    NEW.total_cents := cents;
                END IF;
            END;
            RETURN NEW;""",
    ),
]


def _live() -> Coalesce:
    items = Item.objects.filter(order=OuterRef("pk")).order_by().values("order")
    total = items.annotate(total=Sum(F("quantity") * F("unit_price_cents"))).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


def _drifted() -> QuerySet[Any, Any]:
    return Order.objects.annotate(live=_live()).exclude(total_cents=F("live"))


def _drift() -> Drift:
    return drift_between(_drifted().values_list("total_cents", "live"))


def _repair() -> None:
    ids = list(_drifted().values_list("pk", flat=True))
    for batch in batches(ids):
        Order.objects.filter(pk__in=batch).update(total_cents=_live())


NUMBERS = [MaintainedNumber("order totals", _drift, _repair)]
