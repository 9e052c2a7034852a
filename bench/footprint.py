"""Measure what one request and one order cost a deployment: processor time, log, transaction ids and bytes.

    .venv-bench/bin/python -m bench.footprint 100000 --write     100,000 orders; write footprint.json

The server is durable (full_page_writes), unlike that of the other benchmarks, so that its log is a real one. Processor
time is split between the service and PostgreSQL; on a busy machine read the shares, not the milliseconds.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from typing import Any

from bench.data import TABLES, Database
from bench.load import burst, request_bytes
from bench.processor import cpu_seconds
from bench.serving import HEADERS, PRODUCT, Served
from bench.works import API, US, environment_of
from harness.machine import ROOT, find_binaries, missing_programs
from harness.postgresql import Cluster

FILE = ROOT / "bench/footprint.json"
REQUESTS = 400  # of each work
LIST, DETAIL, SUMMARY, CREATE, PAY = "order list", "order", "summary", "create an order", "pay an order"
STORED = "create an order, with a key"
IDEMPOTENCY = "idempotency_idempotencykey"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=int, nargs="?", default=100_000)
    parser.add_argument("--write", action="store_true", help="footprint.json")
    options = parser.parse_args()
    if find_binaries() is None:
        sys.exit(missing_programs()[0])
    cluster = Cluster(durable=True)
    try:
        figures = measure(Database(cluster, "footprint"), options.orders)
    finally:
        cluster.stop()
    text = json.dumps(figures, indent=1) + "\n"
    print(text, end="")
    if options.write:
        FILE.write_text(text)


def measure(database: Database, orders: int) -> dict[str, Any]:
    """Fill the database, and return the bytes of each table and the costs of each kind of request."""
    key = database.make_tenants()
    database.fill(orders)
    figures: dict[str, Any] = {"orders": orders, "postgresql": database.one("SHOW server_version"), "tables": {}}
    for table in (*TABLES[2:7], *TABLES[8:]):
        sizes = (database.one(f"SELECT pg_{what}_size('{table}')") for what in ("table", "indexes"))
        bytes_of_rows, bytes_of_indexes = sizes
        rows = database.one(f"SELECT count(*) FROM {table}")
        figures["tables"][table] = {"rows": rows, "table_bytes": bytes_of_rows, "index_bytes": bytes_of_indexes}
    server = Served(PRODUCT, environment_of(US, database, {}), "/healthz")
    try:
        figures["requests"] = _requests(database, server, key)
    finally:
        server.stop()
    stored = f"SELECT (pg_table_size('{IDEMPOTENCY}') + pg_indexes_size('{IDEMPOTENCY}')) / {REQUESTS}"
    figures["bytes_of_a_stored_response"] = database.one(stored)
    return figures


def _requests(database: Database, server: Served, key: str) -> dict[str, dict[str, float]]:
    customer = database.one("SELECT min(id) FROM customers_customer WHERE tenant_id = 1")
    drafts = (
        "SELECT array_agg(id) FROM (SELECT id FROM orders_order WHERE tenant_id = 1 AND status = 'draft' LIMIT {}) d"
    )
    items = [{"sku": f"SKU-{n}", "quantity": n, "unit_price_cents": 100 * n} for n in (1, 2, 3, 4)]
    body = json.dumps({"customer": customer, "items": items}).encode()
    headers = {**HEADERS, "Authorization": f"Bearer {key}"}

    def request(path: str, body: bytes = b"", **more: str) -> bytes:
        return request_bytes(server.port, f"{API}{path}", {**headers, **more}, body)

    ids = database.one(drafts.format(REQUESTS))
    works = {
        LIST: [request("orders/")] * REQUESTS,
        DETAIL: [request(f"orders/{ids[0]}/")] * REQUESTS,
        SUMMARY: [request("reporting/summary/?limit=50")] * REQUESTS,
        CREATE: [request("orders/", body)] * REQUESTS,
        STORED: [request("orders/", body, **{"Idempotency-Key": f"key-{n}"}) for n in range(REQUESTS)],
        PAY: [request(f"orders/{order}/pay/", b"{}") for order in ids],
    }
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        for work in (LIST, DETAIL, SUMMARY, CREATE):
            burst([connection], works[work][0], 50)  # warm up
        return {work: _cost(database, server, connection, sent) for work, sent in works.items()}


def _cost(database: Database, server: Served, connection: socket.socket, sent: list[bytes]) -> dict[str, float]:
    """Send the requests one after the other, and return what one of them took."""

    def state() -> list[float]:
        log = database.one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        number = database.one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return [cpu_seconds(server.process.pid), database.cpu_seconds(), float(log), float(number)]

    with database.superuser(autocommit=True) as checkpoint:
        checkpoint.execute("CHECKPOINT")  # so that each work pays for its own full pages
    before = state()
    for request in sent:
        burst([connection], request, 1)
    service, server_cpu, log, numbers = (
        (after - earlier) / len(sent) for earlier, after in zip(before, state(), strict=True)
    )
    return {
        "service_cpu_ms": round(1000 * service, 3),
        "database_cpu_ms": round(1000 * server_cpu, 3),
        "log_bytes": round(log),
        "transaction_ids": round(numbers, 2),
    }


if __name__ == "__main__":
    main()
