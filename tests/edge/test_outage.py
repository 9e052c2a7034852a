"""Database outages (stop, crash, recovery, connection limit): 503 until the database returns.

The service needs no restart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any

import psycopg
import pytest

from harness.machine import find_pgbouncer, missing_programs
from harness.pooler import pgbouncer
from tests.support.service import THREADS, Answer, Database, Service, serving

pytestmark = pytest.mark.postgresql
TERMINATE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'orders_app'"
ALIVE, READY = (200, {"status": "ok", "version": "1.0.0"}), (200, {"status": "ok"})
UNREACHED = (503, {"status": "unavailable", "reason": "the database does not answer"})
LOCKED = (503, {"status": "unavailable", "reason": "a table is locked"})
numbers = count()


@pytest.fixture(scope="module")
def pooled(database: Database) -> Iterator[Service]:
    if find_pgbouncer() is None:
        pytest.skip(" ".join(missing_programs()))
    with pgbouncer(database.url, size=2) as pooler, serving(pooler.url, database.key) as service:
        yield service


def stopped(database: Database, ends: ExitStack) -> None:
    database.server.halt("fast")
    ends.callback(database.server.start)


def crashed(database: Database, ends: ExitStack) -> None:
    database.server.kill()
    ends.callback(database.server.start)


def starting(database: Database, ends: ExitStack) -> None:
    """Keep the server in recovery ("the database system is starting up"): a standby without hot_standby."""
    database.server.halt("fast")
    ends.callback(database.server.start)
    ends.enter_context(database.server.starting())


def full(database: Database, ends: ExitStack) -> None:
    database.execute("ALTER ROLE orders_app CONNECTION LIMIT 0")
    ends.callback(database.execute, "ALTER ROLE orders_app CONNECTION LIMIT -1")
    database.execute(TERMINATE)


def list_and_create(service: Service) -> list[Answer]:
    """Send THREADS reads and THREADS writes concurrently, so that each thread needs a connection."""
    requests: list[Callable[[], Answer]] = [lambda: service.ask("GET", "/api/v1/customers/")] * THREADS
    requests += [lambda: service.ask("POST", "/api/v1/customers/", customer())] * THREADS
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(lambda request: request(), requests))


def customer() -> dict[str, str]:
    return {"email": f"customer-{next(numbers)}@example.com", "name": "Customer"}


def health(service: Service) -> list[tuple[int, Any]]:
    return [(answer.status, answer.body) for answer in (service.ask("GET", "/healthz"), service.ask("GET", "/readyz"))]


def until_served(service: Service) -> None:
    """Wait until requests succeed: PgBouncer retries an unreachable server only after a second."""
    for _ in range(100):
        if service.ask("GET", "/api/v1/customers/").status == 200:
            return
        time.sleep(0.1)


@pytest.mark.parametrize("way", ["on_its_own_server", "pooled"])
@pytest.mark.parametrize("failure", [stopped, crashed, starting, full])
def test_database_outage_is_503_until_it_is_back(database, request, way, failure):
    service = request.getfixturevalue(way)
    until_served(service)
    list_and_create(service)

    with ExitStack() as ends:
        failure(database, ends)
        away = list_and_create(service)
        health_away = health(service)
    if way == "pooled":
        until_served(service)
    back = list_and_create(service)
    health_back = health(service)

    problems = {(answer.status, answer.headers["content-type"], answer.headers["retry-after"]) for answer in away}
    assert problems == {(503, "application/problem+json", "1")}
    assert {answer.body["detail"] for answer in away} == {"The database is not available."}
    assert [answer.status for answer in back] == [200] * THREADS + [201] * THREADS
    assert (health_away, health_back) == ([ALIVE, UNREACHED], [ALIVE, READY])


def test_readyz_does_not_wait_for_locks(database, on_its_own_server):
    with psycopg.connect(database.server.url_of("superuser", "orders")) as holder:
        holder.execute("LOCK TABLE django_migrations")
        locked = health(on_its_own_server)

    assert (locked, health(on_its_own_server)) == ([ALIVE, LOCKED], [ALIVE, READY])


@pytest.mark.skipif(find_pgbouncer() is None, reason=" ".join(missing_programs()))
def test_pooler_that_refuses_transactions_is_not_ready(database):
    with pgbouncer(database.url, size=2, mode="statement") as pooler, serving(pooler.url, database.key) as service:
        answers = list_and_create(service)
        shown = health(service)

    assert {answer.status for answer in answers} == {503}
    assert shown == [ALIVE, UNREACHED]


@pytest.mark.parametrize("mode", ["fast", "immediate", "terminate"])
def test_dead_pooled_connections_are_not_reused(database, on_its_own_server, mode):
    list_and_create(on_its_own_server)

    if mode == "terminate":
        database.execute(TERMINATE)
    else:
        database.server.halt(mode)
        database.server.start()
    answers = list_and_create(on_its_own_server)

    assert [answer.status for answer in answers] == [200] * THREADS + [201] * THREADS


def test_restart_under_load_fails_only_interrupted_requests(database, on_its_own_server):
    seen: list[tuple[int, str | None]] = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            answers = [
                on_its_own_server.ask("GET", "/api/v1/customers/"),
                on_its_own_server.ask("POST", "/api/v1/customers/", customer()),
            ]
            seen.extend((answer.status, answer.headers.get("retry-after")) for answer in answers)

    with ThreadPoolExecutor(2 * THREADS) as threads:
        running = [threads.submit(work) for _ in range(2 * THREADS)]
        try:
            for mode in ("fast", "immediate"):
                before = len(seen)
                database.server.halt(mode)
                wait_for(lambda start: (503, "1") in seen[start:], before)
                database.server.start()
                before = len(seen)
                wait_for(lambda start: {(200, None), (201, None)} <= set(seen[start:]), before)
        finally:
            done.set()
        for future in running:
            future.result()
    after = list_and_create(on_its_own_server)

    assert set(seen) == {(200, None), (201, None), (503, "1")}
    assert [answer.status for answer in after] == [200] * THREADS + [201] * THREADS


def wait_for(condition: Callable[[int], object], start: int) -> None:
    for _ in range(300):
        if condition(start):
            return
        time.sleep(0.1)
    pytest.fail("The condition was not met within 30 seconds.")


def test_service_started_without_its_database_serves_once_it_is_back(database):
    with ExitStack() as end_of_service, ExitStack() as end_of_outage:
        stopped(database, end_of_outage)
        service = end_of_service.enter_context(serving(database.url, database.key))
        away = list_and_create(service)
        end_of_outage.close()
        back = list_and_create(service)

    assert {answer.status for answer in away} == {503}
    assert [answer.status for answer in back] == [200] * THREADS + [201] * THREADS
