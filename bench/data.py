"""The databases to be measured: create them, fill them by set-based SQL, copy them to SQLite, query them."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from bench.processor import cpu_seconds, family
from harness.environment import PRODUCTION
from harness.machine import ROOT
from harness.postgresql import Cluster
from harness.processes import manage

TABLES = (
    "tenancy_tenant", "tenancy_apikey", "customers_customer", "orders_order", "orders_item", "orders_orderevent",
    "reporting_customertotal", "reporting_stalebuckets", "reporting_buckettotal", "reporting_bucketproduct",
    "reporting_producttotal",
)  # fmt: skip
ORDERS_PER_CUSTOMER, NEIGHBOURS = 8, 2  # further tenants, each with a tenth of the orders
COMMON_NEEDLE = "turing"  # in a seventh of the addresses
FOUR_SKUS = "('{TEA-GREEN-100,TEA-BLACK-100,MUG-BLUE,POT-STEEL-1L}'::text[])[line]"

# Triggers are off in this session, so the customers' totals are written here and all buckets marked stale.
FILL = """
    INSERT INTO customers_customer (tenant_id, email, name, is_active, created_at, updated_at)
    SELECT {tenant}, lower(format('%s.%s.%s@example.com', given, family, n)), given || ' ' || family, true, e, e
    FROM (SELECT n, timestamptz '2026-01-01Z' AS e, ('{{Ada,Alan,Grace,Hedy,Ken}}'::text[])[1 + n % 5] AS given,
                 ('{{Hopper,Knuth,Turing,Liskov,Lamarr,Allen,Dijkstra}}'::text[])[1 + n % 7] AS family
          FROM generate_series(1, {customers}) n) numbered;

    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT nextval('orders_order_id_seq') AS id, c.id AS customer_id, created_at,
           ('{{draft,paid,paid,shipped,shipped,shipped,cancelled}}'::text[])[1 + floor(random() * 7)::int] AS status
    FROM (SELECT array_agg(id) AS ids FROM customers_customer WHERE tenant_id = {tenant}) own,
         (SELECT date_trunc('minute', timestamptz '2026-01-01Z' + random() * interval '180 days') AS created_at,
                 1 + floor(random() * {customers})::int AS nth FROM generate_series(1, {orders})
          ORDER BY created_at) o,
         LATERAL (SELECT ids[nth] AS id) c;

    INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)
    SELECT {tenant}, id, {sku}, 1 + (id + line) % (3 + 2 * line),
           ('{{450,390,790,2490}}'::int[])[line]
    FROM made, generate_series(1, 4) line;

    INSERT INTO orders_order (tenant_id, id, customer_id, status, total_cents, created_at, updated_at,
                              paid_at, shipped_at, cancelled_at, archived_at)
    SELECT {tenant}, id, customer_id, status,
           (1 + (id + 1) % 5) * 450 + (1 + (id + 2) % 7) * 390 + (1 + (id + 3) % 9) * 790 + (1 + (id + 4) % 11) * 2490,
           created_at, created_at,
           CASE WHEN status IN ('paid', 'shipped') THEN created_at + interval '1 hour' END,
           CASE status WHEN 'shipped' THEN created_at + interval '1 day' END,
           CASE status WHEN 'cancelled' THEN created_at + interval '2 hours' END,
           CASE WHEN id % 37 = 0 THEN created_at + interval '2 days' END
    FROM made;

    INSERT INTO orders_orderevent (tenant_id, order_id, kind, created_at)
    SELECT {tenant}, id, kind, at FROM orders_order, LATERAL (VALUES
        ('paid', paid_at), ('shipped', shipped_at), ('cancelled', cancelled_at),
        ('archived', archived_at)) event (kind, at)
    WHERE tenant_id = {tenant} AND at IS NOT NULL;

    INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)
    SELECT {tenant}, c.id, count(o), coalesce(sum(total_cents), 0)
    FROM customers_customer c LEFT JOIN orders_order o
        ON o.customer_id = c.id AND o.tenant_id = c.tenant_id AND status IN ('paid', 'shipped')
        AND archived_at IS NULL
    WHERE c.tenant_id = {tenant} GROUP BY c.id;

    INSERT INTO reporting_stalebuckets (tenant_id, first, last) VALUES ({tenant}, 0, 1 << 30)"""


class Database:
    """A migrated database on a private server, with the environments of the processes that use it.

    It starts as a copy of `template`, which may be another Database with rows, and is migrated by the code in `folder`.
    """

    def __init__(self, cluster: Cluster, name: str, *, template: str = "template1", folder: Path = ROOT) -> None:
        self.cluster, self.name = cluster, name
        environment = cluster.new_database(name, template)
        with self.superuser(autocommit=True) as connection:
            connection.execute((folder / "deploy/roles.sql").read_text())
        self.product = {**PRODUCTION, **environment}
        # The peers have no tenants: their role sees every row, and they filter by one tenant.
        self.peers = {"PEER_DATABASE_URL": cluster.url_of("orders_ops", name)}
        manage(self.product, "migrate", folder=folder)

    @contextmanager
    def superuser(self, **options: Any) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.cluster.url_of("superuser", self.name), **options) as connection:
            yield connection

    def make_tenants(self) -> str:
        """Create the measured tenant (id 1) and its neighbours, and return a key of it."""
        for number in range(1 + NEIGHBOURS):
            manage(self.product, "tenant", "create", f"tenant-{number + 1}")
        return manage(self.product, "apikey", "create", "tenant-1").strip()

    def fill(self, orders: int, skus: int | None = None) -> float:
        """Write `orders` orders of 4 items for tenant 1, a tenth for each neighbour, and return the seconds taken.

        The items are of four products, or of `skus` at random.
        """
        sku = f"'SKU-' || floor(random() * {skus})" if skus else FOUR_SKUS
        started = time.perf_counter()
        with self.superuser() as connection:
            connection.execute("SET session_replication_role = replica; SET work_mem = '256MB'; SELECT setseed(0.5)")
            # Tenants without statistics yet would be joined row by row.
            connection.execute("SET enable_nestloop = off")
            for tenant in range(1, 2 + NEIGHBOURS):
                count = orders if tenant == 1 else orders // 10
                customers = max(1, count // ORDERS_PER_CUSTOMER)
                connection.execute(FILL.format(tenant=tenant, customers=customers, orders=count, sku=sku))
                connection.commit()
        with self.superuser(autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            # With triggers on, so that the totals of the sales are added up. `manage.py reconcile` checks all totals.
            connection.execute("DELETE FROM reporting_stalebuckets")
            connection.execute(f"VACUUM ANALYZE {', '.join(TABLES[6:])}")
        return time.perf_counter() - started

    def empty(self) -> None:
        """Delete every row except tenants and keys."""
        with self.superuser() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {', '.join(TABLES[2:])}")

    def copy_again(self, tables: tuple[str, ...]) -> float:
        """Empty the database, COPY the same rows back with triggers on, and return the seconds that the COPY took."""
        with psycopg.connect(self.peers["PEER_DATABASE_URL"]) as connection:
            rows = {}
            for table in tables:
                with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                    rows[table] = [bytes(block) for block in copy]
        self.empty()
        started = time.perf_counter()
        with (
            psycopg.connect(self.peers["PEER_DATABASE_URL"], autocommit=True) as connection,
            self.superuser(autocommit=True) as owner,
        ):
            for table in tables:
                # During the COPY autovacuum would see no rows, and the triggers' plans would scan the table per order.
                name = Identifier(table)
                owner.execute(SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(name))
                with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    # COPY TO yields one block per row; larger writes are faster.
                    copy.write(b"".join(rows.pop(table)))
                # ANALYZE, as the service does, or foreign keys and triggers of the next table scan this one per row.
                owner.execute(SQL("ANALYZE {}").format(name))
                owner.execute(SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(name))
            owner.execute("DELETE FROM reporting_stalebuckets")  # Bring the reports' totals up to date, as seeds do.
        return time.perf_counter() - started

    def one(self, query: str) -> Any:
        """Return the first column of the query's only row."""
        with self.superuser() as connection:
            return connection.execute(query).fetchone()[0]

    def cpu_seconds(self) -> float:
        """Return the processor time that the database server has used so far."""
        return cpu_seconds(self.cluster.postmaster)

    def processes(self) -> list[int]:
        """Return the ids of the database server's running processes, including those of other databases."""
        return family(self.cluster.postmaster)

    def statements_of(self, action: Any) -> list[str]:
        """Return the statements that the second of two calls of `action()` sends, as the server logs them."""
        log = self.cluster.log
        with self.superuser(autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)  # Other sessions reload settings only when they are idle.
            action()
            start = log.stat().st_size
            action()
            time.sleep(0.2)
            seen = log.read_bytes()[start:].decode()
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.2)
        found = re.findall(r"LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)", seen)
        return [statement.replace("\n\t", "\n") for statement in found]

    def drop(self) -> None:
        """Drop the database, and end its connections."""
        with psycopg.connect(self.cluster.url_of("superuser"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def copy_to_sqlite(self, file: Path) -> dict[str, str]:
        """Copy every row to a migrated SQLite database, and return the environment that serves it."""
        environment = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{file}"}
        manage(environment, "migrate")
        lite = sqlite3.connect(file, isolation_level=None)
        triggers = [sql for (sql,) in lite.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for (name,) in lite.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            lite.execute(f"DROP TRIGGER {name}")
        lite.execute("BEGIN")
        with self.superuser() as connection:
            for table in TABLES:
                with connection.cursor(name="rows") as rows:
                    rows.itersize = 20_000
                    rows.execute(f"SELECT * FROM {table} ORDER BY id")
                    first = rows.fetchone()
                    columns = [column.name for column in rows.description]
                    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
                    if first:
                        lite.execute(into, _lite(first))
                    lite.executemany(into, map(_lite, rows))
        for sql in triggers:
            lite.execute(sql)
        lite.execute("COMMIT")
        lite.execute("ANALYZE")
        lite.close()
        return environment


def _lite(row: tuple[Any, ...]) -> list[Any]:
    return [value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value for value in row]
