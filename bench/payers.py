"""Measure what the triggers that maintain the reports' numbers cost payers: with and without them, in turns.

    python -m bench.payers             1,000,000 orders; print the figures
    python -m bench.payers 20000       another number of orders

Everything happens in a copy of the filled database, because without the triggers the maintained numbers drift.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from psycopg.sql import SQL, Identifier

from bench.data import Database
from bench.load import burst, request_bytes
from bench.pairs import spread
from bench.serving import HEADERS, PRODUCT, Served
from bench.works import API, US, environment_of
from harness.machine import find_binaries, missing_programs
from harness.postgresql import Cluster

TRIGGERS = "%stale_buckets_on_order_%"  # a LIKE pattern of the names of the triggers to be measured
PAY, CANCEL, PAYERS = "pay a draft", "cancel a paid order", "64 payers of one tenant"
MOVES = {PAY: "pay", CANCEL: "cancel"}
# Drafts get ids that occur in no statement by chance, and without gaps, so that clients can count through them.
FIRST_DRAFT = 7_000_000_000
DRAFTS = """
    SET session_replication_role = replica;
    CREATE TEMP TABLE draft AS
    SELECT {first} + n AS id, 1 + n * 7919 % {orders} AS like_id FROM generate_series(0, {count}::bigint - 1) n;
    INSERT INTO orders_order (tenant_id, id, customer_id, status, total_cents, created_at, updated_at)
    SELECT tenant_id, draft.id, customer_id, 'draft', total_cents, now(), now()
    FROM draft JOIN orders_order model ON model.id = like_id;
    INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)
    SELECT tenant_id, draft.id, sku, quantity, unit_price_cents
    FROM draft JOIN orders_item model ON model.order_id = like_id"""


@dataclass(frozen=True)
class Extent:
    """How much is measured: orders per round and side, moved by single requests, and payments of concurrent clients."""

    request_rounds: int = 40
    requests: int = 25
    payer_rounds: int = 8
    clients: int = 64
    payments: int = 100  # of each client

    def drafts(self) -> int:
        """Return how many drafts this uses up, two of them to record a payment."""
        return 2 + 2 * (self.request_rounds * self.requests + self.payer_rounds * self.clients * self.payments)


def main(orders: int) -> None:
    """Fill a database, measure, and print the figures. Exit status 1 after a failed payment or a deadlock."""
    if find_binaries() is None:
        sys.exit(missing_programs()[0])
    cluster = Cluster()
    try:
        database = Database(cluster, "filled")
        key = database.make_tenants()
        database.fill(orders)
        rows, errors = measure(database, key, orders)
    finally:
        cluster.stop()
    print(f"{orders:,} orders", *map(line, rows), *errors, sep="\n")
    sys.exit(1 if errors else 0)


def line(row: dict[str, Any]) -> str:
    sides = (f"{side} {row[side]['median']:,.4g} ({row[side]['low']:,.4g} to {row[side]['high']:,.4g})"
             for side in ("without", "with", "ratio"))  # fmt: skip
    return f"  {row['work']:24}{', '.join(sides)}"


def measure(
    filled: Database, key: str, orders: int, extent: Extent = Extent()
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row of the results for each work, and the errors. Nobody may be connected to `filled`.

    `key` is one of tenant 1, whose `orders` have the ids from 1.
    """
    copy = Database(filled.cluster, "payers", template=filled.name)
    with copy.superuser() as connection:
        connection.execute(DRAFTS.format(first=FIRST_DRAFT, orders=orders, count=extent.drafts()))
    with copy.superuser(autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE orders_order, orders_item")
    deadlocks = f"SELECT deadlocks FROM pg_stat_database WHERE datname = '{copy.name}'"
    before = copy.one(deadlocks)
    server = Served(PRODUCT, environment_of(US, copy, {}), "/healthz")
    try:
        payments = Payments(copy, server, key)
        statements = payments.statements()
        requests = in_turns(copy, extent.request_rounds, lambda: payments.milliseconds(extent.requests))
        rates = in_turns(copy, extent.payer_rounds, lambda: payments.rate(statements, extent))
    finally:
        server.stop()
    time.sleep(1)  # until the statistics of the last payers are there
    found = {"failed payments": payments.failed, "deadlocks": copy.one(deadlocks) - before}
    copy.drop()
    errors = [f"{PAYERS}: {number} {what}" for what, number in found.items() if number]
    return [row(work, orders, sides) for work, sides in {**requests, **rates}.items()], errors


def in_turns(
    database: Database, rounds: int, side: Callable[[], dict[str, float]]
) -> dict[str, list[tuple[float, float]]]:
    """Return for each work the figures without and with the triggers, in pairs. The sides take turns at going first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds):
        figures = {}
        for on in (False, True) if number % 2 else (True, False):
            switch(database, on=on)
            figures[on] = side()
        for work in figures[True]:
            found.setdefault(work, []).append((figures[False][work], figures[True][work]))
    return found


def row(work: str, orders: int, sides: list[tuple[float, float]]) -> dict[str, Any]:
    """Return the row of the results. The two sides of a round ran under the same load, so each round gives a ratio."""
    without, with_triggers = map(spread, zip(*sides, strict=True))
    ratio = spread([second / first for first, second in sides])
    return {"work": work, "size": orders, "contender": US, "without": without, "with": with_triggers, "ratio": ratio}


def switch(database: Database, *, on: bool) -> None:
    """Enable or disable the measured triggers. Raises LookupError if there are none."""
    with database.superuser() as connection:
        triggers = connection.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE %s",
            [TRIGGERS],
        ).fetchall()
        if not triggers:
            raise LookupError(f"no trigger is named like {TRIGGERS}")
        for table, name in triggers:
            statement = f"ALTER TABLE {{}} {'ENABLE' if on else 'DISABLE'} TRIGGER {{}}"
            connection.execute(SQL(statement).format(Identifier(table), Identifier(name)))


class Payments:
    """A served database with a supply of drafts. `key` is one of tenant 1; `failed` counts the drafts left unpaid."""

    def __init__(self, database: Database, server: Served, key: str) -> None:
        self._database, self._server, self._next, self.failed = database, server, FIRST_DRAFT, 0
        self._headers = {**HEADERS, "Authorization": f"Bearer {key}"}

    def milliseconds(self, count: int) -> dict[str, float]:
        """Pay that many drafts over one connection, then cancel them. Return the median time of a request of each."""
        drafts = self._take(count)
        times: dict[str, list[float]] = {PAY: [], CANCEL: []}
        with socket.create_connection(("127.0.0.1", self._server.port)) as connection:
            for work, move in MOVES.items():
                for draft in drafts:
                    started = time.perf_counter()
                    burst([connection], self._request(move, draft), 1)
                    times[work].append(1000 * (time.perf_counter() - started))
        # The first requests plan the statements of changed triggers again.
        return {work: median(found[count // 10 :]) for work, found in times.items()}

    def statements(self) -> list[str]:
        """Pay a draft, and return the transaction's statements with `:id` instead of its id."""
        drafts = self._take(2)
        left = iter(drafts)

        def pay() -> None:
            with socket.create_connection(("127.0.0.1", self._server.port)) as connection:
                burst([connection], self._request("pay", next(left)), 1)

        return transaction(self._database.statements_of(pay), drafts[-1])

    def rate(self, statements: list[str], extent: Extent) -> dict[str, float]:
        """Let concurrent clients pay a draft each, again and again, and return the transactions per second."""
        drafts = self._take(extent.clients * extent.payments)
        draft = ["\\set n :n + 1", f"\\set id {drafts.start} + :client_id * {extent.payments} + :n"]
        with tempfile.NamedTemporaryFile("w") as script:
            script.write("\n".join([*draft, *(f"{statement};" for statement in statements)]))
            script.flush()
            program, url = find_binaries() / "pgbench", self._database.product["DATABASE_URL"]
            counts = [f"--client={extent.clients}", "--jobs=2", f"--transactions={extent.payments}", "--define=n=-1"]
            command = [program, "--no-vacuum", *counts, f"--file={script.name}", url]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        paid = f"status = 'paid' AND id BETWEEN {drafts[0]} AND {drafts[-1]}"
        self.failed += len(drafts) - self._database.one(f"SELECT count(*) FROM orders_order WHERE {paid}")
        return {PAYERS: float(re.search(r"tps = ([\d.]+) \(without", output)[1])}

    def _take(self, count: int) -> range:
        """Return the ids of that many drafts, and use them up."""
        taken = range(self._next, self._next + count)
        self._next = taken.stop
        return taken

    def _request(self, move: str, order: int) -> bytes:
        return request_bytes(self._server.port, f"{API}orders/{order}/{move}/", self._headers, b"{}")


def transaction(statements: list[str], order: int) -> list[str]:
    """Return the statements from BEGIN to COMMIT, with `:id` in place of the order's id."""
    begin, end = statements.index("BEGIN"), len(statements) - statements[::-1].index("COMMIT")
    return [re.sub(rf"\b{order}\b", ":id", statement) for statement in statements[begin:end]]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
