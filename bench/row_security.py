"""Measure the cost of PostgreSQL's row security: the service's statements with and without it, in turns.

`python -m bench.row_security [ORDERS]` starts a server of its own, fills it and prints a table. See row_security.md.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import django
import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.database.statements import NOT_COUNTED
from apps.tenancy.scope import SETTING
from harness.environment import TESTS
from harness.machine import find_binaries, missing_programs
from harness.postgresql import Cluster

ROOT = Path(__file__).parents[1]
TENANTS = 4
TENANT = 1  # the id of the requesting tenant
ROUNDS = 7
ROUND_SECONDS = 0.3  # approximate duration of a side's turns in a round, with at least LEAST_TURNS of them
LEAST_TURNS = 9
AGGREGATES, POINT_READS = 1.10, 1.20  # goals
HALF_YEAR = "from=2026-01-01&to=2026-06-30"  # contains every order
HEAD = f"{'median of the rounds (lowest-highest)':40}{'without, ms':>24}{'with, ms':>24}{'ratio':>22}  goal"


@dataclass(frozen=True)
class Case:
    """One request of the service: the statements it sends, and the highest acceptable ratio, if there is one."""

    name: str
    statements: list[str]
    goal: float | None = None


def main(orders: int) -> None:
    """Print the table for `orders` orders."""
    if find_binaries() is None:
        sys.exit(missing_programs()[0])
    with filled_server(orders) as server:
        (newest,) = get("orders/?page_size=1").json()["results"]
        searches = [
            case("orders?email=, one customer in ten", "orders/?email=turing"),
            case("orders?email=, no customer", "orders/?email=nobody"),
        ]
        cases = [
            Case("no table: SELECT 1", ["SELECT 1"]),
            case("aggregate: sales per month", f"reporting/sales/?by=month&{HALF_YEAR}", AGGREGATES),
            case("aggregate: customers, summed up", f"reporting/summary/?{HALF_YEAR}", AGGREGATES),
            case("customers, from kept totals", "reporting/summary/"),
            case("orders, first page", "orders/"),
            case("point read: one order", f"orders/{newest['id']}/", POINT_READS),
            *searches,
        ]
        print(f"{version(server)}, {os.cpu_count()} cores, {orders:,} orders of {TENANTS} tenants\n\n{HEAD}")
        print(*compare(server, cases), sep="\n", flush=True)
        execute(server, "superuser", "ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF")
        print("\nwith LIKE as PostgreSQL delivers it:", *compare(server, searches), sep="\n")


def compare(server: Cluster, cases: list[Case]) -> list[str]:
    """Return the lines of the table. Each round runs all cases, so that other load is spread over all of them."""
    rounds: list[list[tuple[float, float]]] = [[] for _ in cases]
    for _ in range(ROUNDS):
        with both_sides(server) as sessions:
            for number, each in enumerate(cases):
                rounds[number].append(ask_in_turns(sessions, each))
    return [line(each, *zip(*found, strict=True)) for each, found in zip(cases, rounds, strict=True)]


def ask_in_turns(sessions: list[psycopg.Connection], case: Case) -> tuple[float, float]:
    """Return each side's median milliseconds; the sides take turns at going first. RuntimeError if results differ."""
    warm_up = [[ask(session, case.statements) for session in sessions] for _ in range(3)]
    if any(first[1] != second[1] for first, second in warm_up):
        raise RuntimeError(f"{case.name}: row security changes the answer.")
    turns = max(LEAST_TURNS, int(1000 * ROUND_SECONDS / max(side[0] for side in warm_up[-1])))
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for side in (0, 1) if turn % 2 else (1, 0):
            times[side].append(ask(sessions[side], case.statements)[0])
    return median(times[0]), median(times[1])


def ask(session: psycopg.Connection, statements: list[str]) -> tuple[float, set[Any]]:
    """Return the milliseconds until all results are received, and their rows. BEGIN and COMMIT are not timed."""
    with session.transaction():
        session.execute("SELECT set_config(%s, %s, true)", [SETTING, str(TENANT)])
        started = time.perf_counter()
        answers = [session.execute(statement) for statement in statements]
        milliseconds = 1000 * (time.perf_counter() - started)
        return milliseconds, {row for answer in answers for row in answer}


def line(case: Case, without: Sequence[float], secured: Sequence[float]) -> str:
    # One ratio per round, whose two sides ran under the same load.
    ratios = [second / first for first, second in zip(without, secured, strict=True)]
    goal = f"{case.goal:.2f} {'met' if median(ratios) <= case.goal else 'MISSED'}" if case.goal else ""
    return f"{case.name:40}{spread(without):>24}{spread(secured):>24}{spread(ratios):>22}  {goal}".rstrip()


def spread(values: Sequence[float]) -> str:
    return f"{median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


@contextmanager
def both_sides(server: Cluster) -> Iterator[list[psycopg.Connection]]:
    """Yield two connections that differ only in that row security applies to the second."""
    # As in Django's connections, parameters are interpolated on the client and no statement is prepared.
    options: dict[str, Any] = {"cursor_factory": psycopg.ClientCursor, "prepare_threshold": None}
    with (
        psycopg.connect(server.url_of("orders_ops", "bench"), **options) as without,
        psycopg.connect(server.url_of("orders_app", "bench"), **options) as secured,
    ):
        # All three processes, which never run at the same time, share one processor: waking another takes longer than
        # a point read, and could affect only one side.
        if hasattr(os, "sched_setaffinity"):
            for process in (0, without.info.backend_pid, secured.info.backend_pid):
                os.sched_setaffinity(process, {min(os.sched_getaffinity(0))})
        yield [without, secured]


def version(server: Cluster) -> str:
    """Return the server's version, after checking that there is something to compare."""
    with both_sides(server) as sessions:
        active = [session.execute("SELECT row_security_active('orders_order')").fetchone() for session in sessions]
        if active != [(False,), (True,)]:
            raise RuntimeError(f"Row security applies to the two sides like this: {active}.")
        return f"PostgreSQL {sessions[0].info.parameter_status('server_version')}"


def get(path: str) -> Any:
    """Return the service's response to TENANT."""
    return Client().get(f"/api/v1/{path}", secure=True)


def case(name: str, path: str, goal: float | None = None) -> Case:
    """Record a request's exact statements, without transaction control and the tenant setting."""
    with CaptureQueriesContext(connection) as captured:
        response = get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path}: {response.content}")
    return Case(name, [query["sql"] for query in captured if not NOT_COUNTED.search(query["sql"])], goal)


@contextmanager
def filled_server(orders: int, tenants: int = TENANTS) -> Iterator[Cluster]:
    """Yield a server whose database `bench` is migrated and filled, with Django connected to it as the service is."""
    server = Cluster()
    try:
        with psycopg.connect(server.url_of("orders_owner"), autocommit=True) as owner:
            owner.execute("CREATE DATABASE bench")
        os.environ.update(
            TESTS,
            DATABASE_URL=server.url_of("orders_app", "bench"),
            DATABASE_OWNER_URL=server.url_of("orders_owner", "bench"),
            DEFAULT_TENANT=f"tenant-{TENANT}",
        )
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, check=True)
        with psycopg.connect(server.url_of("orders_ops", "bench")) as ops:
            ops.execute((ROOT / "bench/fill.sql").read_text().format(orders=orders, tenants=tenants))
        execute(server, "orders_owner", "VACUUM (ANALYZE)")
        django.setup()
        logging.disable()  # Request lines would clutter the table.
        yield server
    finally:
        connection.close()
        server.stop()


def execute(server: Cluster, role: str, statement: str) -> None:
    with psycopg.connect(server.url_of(role, "bench"), autocommit=True) as session:
        session.execute(statement)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
