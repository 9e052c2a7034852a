"""Triggers that maintain each customer's revenue: the total of paid or shipped orders that are not archived.

`bucket_triggers` has those that maintain the revenue by time and by product.
"""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.database.totals import Drift, MaintainedNumber, batches, drift_between, on_truncate
from apps.database.triggers import Trigger
from apps.reporting import bucket_triggers, selectors
from apps.reporting.bucket_triggers import revenue_sql
from apps.reporting.models import CustomerTotal
from apps.reporting.reconciling import SALES_TOTALS

_INTO = "INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)"
_UPSERT = """
    ON CONFLICT (tenant_id, customer_id) DO UPDATE
    SET order_count = reporting_customertotal.order_count + EXCLUDED.order_count,
        total_cents = reporting_customertotal.total_cents + EXCLUDED.total_cents;"""


def _own(what: str, customer: str) -> str:
    return (
        f"COALESCE((SELECT {what} FROM orders_order WHERE orders_order.tenant_id = {customer}.tenant_id"
        f" AND orders_order.customer_id = {customer}.id AND {revenue_sql('orders_order.')}), 0)"
    )


def _orders_trigger(event: str, transition: str, changes: str, sqlite_event: str, sqlite_changes: str) -> Trigger:
    return Trigger(
        name=f"customer_total_on_order_{event.lower()}",
        table="orders_order",
        sqlite=f"""
            AFTER {sqlite_event} ON orders_order BEGIN
                {sqlite_changes}
            END""",
        postgresql=f"AFTER {event} ON orders_order REFERENCING {transition} FOR EACH STATEMENT",
        # Rows are always written in the same order, so that two writers of the same customers wait for each other
        # instead of deadlocking. A customer that the same statement (WITH) deleted gets no new row.
        body=f"""
            {_INTO}
            SELECT tenant_id, customer_id, SUM(orders), SUM(cents) FROM ({changes}) AS change
            WHERE EXISTS (SELECT FROM customers_customer WHERE customers_customer.id = change.customer_id)
            GROUP BY tenant_id, customer_id HAVING SUM(orders) <> 0 OR SUM(cents) <> 0
            ORDER BY tenant_id, customer_id
            {_UPSERT}
            RETURN NULL;""",
    )


_ADDED = f"SELECT tenant_id, customer_id, 1 AS orders, total_cents AS cents FROM new_rows WHERE {revenue_sql()}"
_REMOVED = f"SELECT tenant_id, customer_id, -1 AS orders, -total_cents AS cents FROM old_rows WHERE {revenue_sql()}"


def _sqlite_change(sign: str, row: str) -> str:
    # No upsert, so that a deleted customer gets no new row: `flush` empties the tables in any order, row by row.
    return f"""
        UPDATE reporting_customertotal
        SET order_count = order_count {sign} 1, total_cents = total_cents {sign} {row}.total_cents
        WHERE tenant_id = {row}.tenant_id AND customer_id = {row}.customer_id AND {revenue_sql(f"{row}.")};"""


_SQLITE_ADDED, _SQLITE_REMOVED = _sqlite_change("+", "NEW"), _sqlite_change("-", "OLD")

TRIGGERS = [
    _orders_trigger("INSERT", "NEW TABLE AS new_rows", _ADDED, "INSERT", _SQLITE_ADDED),
    _orders_trigger(
        "UPDATE",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        f"{_REMOVED} UNION ALL {_ADDED}",
        "UPDATE OF tenant_id, customer_id, status, archived_at, total_cents",
        f"{_SQLITE_REMOVED} {_SQLITE_ADDED}",
    ),
    _orders_trigger("DELETE", "OLD TABLE AS old_rows", _REMOVED, "DELETE", _SQLITE_REMOVED),
    on_truncate(
        "orders_order",
        "customer_total_on_order_truncate",
        "UPDATE reporting_customertotal SET order_count = 0, total_cents = 0;",
    ),
    # Every customer has a row, so that the report reads those without revenue from the same index. The row counts
    # existing orders, because SQLite's deferred keys let a transaction delete and reinsert a customer with orders.
    Trigger(
        name="customer_total_on_customer_insert",
        table="customers_customer",
        sqlite=f"""
            AFTER INSERT ON customers_customer BEGIN
                {_INTO} SELECT NEW.tenant_id, NEW.id, {_own("COUNT(*)", "NEW")}, {_own("SUM(total_cents)", "NEW")};
            END""",
        postgresql="AFTER INSERT ON customers_customer REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
        body=f"""
            {_INTO}
            SELECT tenant_id, id, {_own("COUNT(*)", "new_rows")}, {_own("SUM(total_cents)", "new_rows")} FROM new_rows;
            RETURN NULL;""",
    ),
    Trigger(
        name="customer_total_on_customer_delete",
        table="customers_customer",
        sqlite="""
            BEFORE DELETE ON customers_customer BEGIN
                DELETE FROM reporting_customertotal WHERE tenant_id = OLD.tenant_id AND customer_id = OLD.id;
            END""",
        postgresql="BEFORE DELETE ON customers_customer FOR EACH ROW",
        body="""
            DELETE FROM reporting_customertotal WHERE tenant_id = OLD.tenant_id AND customer_id = OLD.id;
            RETURN OLD;""",
    ),
    bucket_triggers.guard("reporting_customertotal", "INSERT OR UPDATE OR DELETE", "customer_total_by_trigger_only"),
    *bucket_triggers.TRIGGERS,
]


def _drifted() -> QuerySet[Any, Any]:
    kept = CustomerTotal.objects.filter(customer=OuterRef("pk"))
    return (
        selectors.live_totals()
        .annotate(
            # -1 for a missing row differs from any count.
            kept_count=Coalesce(Subquery(kept.values("order_count")[:1]), -1),
            kept_cents=Coalesce(Subquery(kept.values("total_cents")[:1]), 0),
        )
        .exclude(kept_count=F("order_count"), kept_cents=F("total_cents"))
        .order_by("pk")
    )


def _drift() -> Drift:
    return drift_between(_drifted().values_list("kept_cents", "total_cents"))


def _repair() -> None:
    ids = list(_drifted().values_list("pk", flat=True))
    for batch in batches(ids):
        # Uncommitted changes hold locks on these rows. Once every row exists and is locked here, the sums are final.
        CustomerTotal.objects.bulk_create([CustomerTotal(customer_id=pk) for pk in batch], ignore_conflicts=True)
        list(CustomerTotal.objects.filter(customer__in=batch).select_for_update().order_by("customer"))
        CustomerTotal.objects.bulk_create(
            [
                CustomerTotal(customer=customer, order_count=customer.order_count, total_cents=customer.total_cents)
                for customer in selectors.live_totals().filter(pk__in=batch)
            ],
            update_conflicts=True,
            unique_fields=["tenant", "customer"],
            update_fields=["order_count", "total_cents"],
        )


NUMBERS = [MaintainedNumber("customer totals", _drift, _repair), SALES_TOTALS]
