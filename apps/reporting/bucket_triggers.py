"""Triggers that maintain the revenue per bucket and product (see `buckets`), without a row that writers wait for.

A change of orders only inserts a row into StaleBuckets, in the writer's transaction. Deleting such a row runs the
trigger that adds up its buckets again, from the orders and items themselves. So a total is right however rows were
written, and the rows of uncommitted writers, which the deletion cannot see, keep their buckets stale.
"""

from apps.database.totals import on_truncate
from apps.database.triggers import Trigger
from apps.orders.lifecycle import REVENUE_STATUSES
from apps.reporting.buckets import sql_bucket, sql_start

MANY = 100  # A statement that changes more buckets than this marks all between the first and the last.
_STATUSES = ", ".join(f"'{status}'" for status in REVENUE_STATUSES)
_MARK = "INSERT INTO reporting_stalebuckets (tenant_id, first, last)"
_TABLES = ("stalebuckets", "buckettotal", "bucketproduct", "producttotal")
_FORGET = " ".join(f"DELETE FROM reporting_{table} WHERE tenant_id = OLD.id;" for table in _TABLES)


def revenue_sql(row: str = "") -> str:
    """Return SQL for the condition that an order is revenue; `row` is the prefix of its columns, such as `NEW.`."""
    return f"{row}status IN ({_STATUSES}) AND {row}archived_at IS NULL"


def _only_shipped(row: str, other: str) -> str:
    """Return the condition that an UPDATE moved a revenue order to another status that is revenue, and no more.

    A change of items also updates their order (see apps.orders.triggers), which then keeps its status.
    """
    same = " AND ".join(
        f"{other}.{column} = {row}.{column}" for column in ("id", "tenant_id", "paid_at", "total_cents")
    )
    return f"{same} AND {other}.status <> {row}.status AND {revenue_sql(f'{other}.')}"


def _mark_trigger(event: str, transition: str, rows: dict[str, str], sqlite_event: str) -> Trigger:
    """Mark the buckets of changed orders; `rows` maps the changed rows' name to that of their other version."""
    versions = " UNION ALL ".join(
        f"SELECT tenant_id, id, paid_at, total_cents, status FROM {table} WHERE {revenue_sql()}" for table in rows
    )
    # Grouped, not joined: PostgreSQL would compare each old row with each new one. An order that was only shipped is
    # the one whose versions make a group of two with different statuses (see `_only_shipped`).
    changed = f"""
        SELECT DISTINCT tenant_id, {sql_bucket("postgresql", "paid_at")} AS bucket FROM (
            SELECT tenant_id, paid_at FROM ({versions}) AS versions GROUP BY tenant_id, id, paid_at, total_cents
            HAVING COUNT(*) = 1 OR MIN(status) = MAX(status)) AS moved"""
    return Trigger(
        name=f"stale_buckets_on_order_{event.lower()}",
        table="orders_order",
        sqlite=f"""
            AFTER {sqlite_event} ON orders_order BEGIN
                {"".join(_sqlite_mark(table[:3].upper(), other[:3].upper()) for table, other in rows.items())}
            END""",
        postgresql=f"AFTER {event} ON orders_order REFERENCING {transition} FOR EACH STATEMENT",
        body=f"""
            {_MARK}
            SELECT tenant_id, MIN(bucket), MAX(bucket)
            FROM (SELECT *, COUNT(*) OVER (PARTITION BY tenant_id) > {MANY} AS many FROM ({changed}) AS each) AS counted
            GROUP BY tenant_id, CASE WHEN NOT many THEN bucket END;
            RETURN NULL;""",
    )


def _sqlite_mark(row: str, other: str) -> str:
    # Not for a deleted tenant: `flush` empties the tables in any order.
    bucket = sql_bucket("sqlite", f"{row}.paid_at")
    shipped = f" AND NOT ({_only_shipped(row, other)})" if other else ""
    return f"""
        {_MARK}
        SELECT id, {bucket}, {bucket} FROM tenancy_tenant
        WHERE id = {row}.tenant_id AND {revenue_sql(f"{row}.")}{shipped} AND NOT EXISTS (
            SELECT 1 FROM reporting_stalebuckets
            WHERE tenant_id = {row}.tenant_id AND first <= {bucket} AND last >= {bucket});"""


def _renewal(vendor: str, tenant: str, first: str, end: str) -> str:
    """Return the statements that add up the buckets of a tenant from `first` up to `end`, which is not included."""
    stored = f"tenant_id = {tenant} AND bucket >= {first} AND bucket < {end}"
    bucket = sql_bucket(vendor, "paid_at")
    paid = f"""orders_order.tenant_id = {tenant} AND {revenue_sql("orders_order.")}
        AND paid_at >= {sql_start(vendor, first)} AND paid_at < {sql_start(vendor, end)}"""

    def add_to_products(sign: str) -> str:
        return f"""
            INSERT INTO reporting_producttotal (tenant_id, sku, order_count, pieces, total_cents)
            SELECT {tenant}, sku, {sign}SUM(order_count), {sign}SUM(pieces), {sign}SUM(total_cents)
            FROM reporting_bucketproduct WHERE {stored} GROUP BY sku
            ON CONFLICT (tenant_id, sku) DO UPDATE SET
                order_count = reporting_producttotal.order_count + EXCLUDED.order_count,
                pieces = reporting_producttotal.pieces + EXCLUDED.pieces,
                total_cents = reporting_producttotal.total_cents + EXCLUDED.total_cents;"""

    return f"""
        {add_to_products("-")}
        DELETE FROM reporting_bucketproduct WHERE {stored};
        DELETE FROM reporting_buckettotal WHERE {stored};
        INSERT INTO reporting_buckettotal (tenant_id, bucket, order_count, total_cents)
        SELECT {tenant}, {bucket}, COUNT(*), SUM(total_cents) FROM orders_order WHERE {paid} GROUP BY 2;
        INSERT INTO reporting_bucketproduct (tenant_id, bucket, sku, order_count, pieces, total_cents)
        SELECT {tenant}, {bucket}, sku, COUNT(DISTINCT orders_order.id), SUM(quantity), SUM(quantity * unit_price_cents)
        FROM orders_order JOIN orders_item ON orders_item.tenant_id = {tenant} AND order_id = orders_order.id
        WHERE {paid} GROUP BY 2, 3;
        {add_to_products("")}
        DELETE FROM reporting_producttotal WHERE tenant_id = {tenant} AND total_cents = 0 AND order_count = 0;"""


def guard(table: str, events: str, name: str) -> Trigger:
    """Refuse direct writes: they run at trigger depth 0, those of triggers deeper. The owner may write, for repairs."""
    return Trigger(
        name=name,
        table=table,
        postgresql=f"BEFORE {events} ON {table} FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
        body=f"""
            IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
                RAISE insufficient_privilege USING MESSAGE = '{table} is written by triggers';
            END IF;
            RETURN NULL;""",
    )


TRIGGERS = [
    _mark_trigger("INSERT", "NEW TABLE AS new_rows", {"new_rows": ""}, "INSERT"),
    _mark_trigger(
        "UPDATE",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        {"old_rows": "new_rows", "new_rows": "old_rows"},
        "UPDATE OF id, tenant_id, status, archived_at, paid_at, total_cents",
    ),
    _mark_trigger("DELETE", "OLD TABLE AS old_rows", {"old_rows": ""}, "DELETE"),
    *(
        on_truncate(
            table,
            f"stale_buckets_on_{table.removeprefix('orders_')}_truncate",
            f"{_MARK} SELECT tenant_id, MIN(bucket), MAX(bucket) FROM reporting_buckettotal GROUP BY tenant_id;",
        )
        for table in ("orders_order", "orders_item")
    ),
    Trigger(
        name="stale_buckets_renewed_on_delete",
        table="reporting_stalebuckets",
        sqlite=f"""
            AFTER DELETE ON reporting_stalebuckets BEGIN
                {_renewal("sqlite", "OLD.tenant_id", "OLD.first", "(OLD.last + 1)")}
            END""",
        postgresql="AFTER DELETE ON reporting_stalebuckets REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
        # One renewal of a tenant at a time: the statements after the lock see what the one before has committed. In a
        # loop, because a plan for one range reads indexes, and one for a table of ranges can read all orders.
        body=f"""
            DECLARE
                owner bigint;
                begins bigint;
                ends bigint;
            BEGIN
                PERFORM FROM tenancy_tenant WHERE id IN (SELECT tenant_id FROM old_rows) ORDER BY id FOR NO KEY UPDATE;
                FOR owner, begins, ends IN
                    SELECT tenant_id, lower(disjoint), upper(disjoint) FROM (
                        SELECT tenant_id, unnest(range_agg(int8range(first, last, '[]'))) AS disjoint
                        FROM old_rows GROUP BY tenant_id) AS ranges
                LOOP
                    {_renewal("postgresql", "owner", "begins", "ends")}
                END LOOP;
            END;
            RETURN NULL;""",
    ),
    # Also when this app is no longer installed. The first table's rows are renewed, so it comes before the totals.
    Trigger(
        name="sales_totals_on_tenant_delete",
        table="tenancy_tenant",
        sqlite=f"AFTER DELETE ON tenancy_tenant BEGIN {_FORGET} END",
        postgresql="BEFORE DELETE ON tenancy_tenant FOR EACH ROW",
        body=f"{_FORGET} RETURN OLD;",
    ),
    guard("reporting_buckettotal", "INSERT OR UPDATE OR DELETE", "bucket_total_by_trigger_only"),
    guard("reporting_bucketproduct", "INSERT OR UPDATE OR DELETE", "bucket_product_by_trigger_only"),
    guard("reporting_producttotal", "INSERT OR UPDATE OR DELETE", "product_total_by_trigger_only"),
    # A row that is deleted renews its buckets; one that is moved elsewhere would not.
    guard("reporting_stalebuckets", "UPDATE", "stale_buckets_not_updated"),
]
