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
from tests.support.pooler import pgbouncer
from tests.support.service import THREADS, Answer, Database, Service, serving

pytestmark = pytest.mark.postgresql
TERMINATE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'orders_app'"
ALIVE = READY = (200, {"status": "ok"})
UNREACHED = (503, {"status": "unavailable", "reason": "the database does not answer"})
LOCKED = (503, {"status": "unavailable", "reason": "a table is locked"})
numbers = count()


@pytest.fixture(scope="module")
def pooled(database: Database) -> Iterator[Service]:
    if find_pgbouncer() is None:
        pytest.skip(" ".join(missing_programs()))
    with pgbouncer(database.url, size=2) as address, serving(address, database.key) as service:
        yield service


def stopped(database: Database, ends: ExitStack) -> None:
    database.server.halt("fast")
    ends.callback(database.server.start)


def crashed(database: Database, ends: ExitStack) -> None:
    database.server.kill()
    ends.callback(database.server.start)


def starting(database: Database, ends: ExitStack) -> None:
    """Answers that it is starting up, for as long as the test wants: a standby that nobody may read."""
    database.server.halt("fast")
    ends.callback(database.server.start)
    ends.enter_context(database.server.starting())


def full(database: Database, ends: ExitStack) -> None:
    database.execute("ALTER ROLE orders_app CONNECTION LIMIT 0")
    ends.callback(database.execute, "ALTER ROLE orders_app CONNECTION LIMIT -1")
    database.execute(TERMINATE)


def list_and_create(service: Service) -> list[Answer]:
    """As many of each as there are threads, at once, so that each thread has or wants a connection."""
    requests: list[Callable[[], Answer]] = [lambda: service.ask("GET", "/api/v1/customers/")] * THREADS
    requests += [lambda: service.ask("POST", "/api/v1/customers/", customer())] * THREADS
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(lambda request: request(), requests))


def customer() -> dict[str, str]:
    return {"email": f"customer-{next(numbers)}@example.com", "name": "Customer"}


def health(service: Service) -> list[tuple[int, Any]]:
    return [(answer.status, answer.body) for answer in (service.ask("GET", "/healthz"), service.ask("GET", "/readyz"))]


def until_served(service: Service) -> None:
    """PgBouncer tries a server that was away again after a second, not at once."""
    for _ in range(100):
        if service.ask("GET", "/api/v1/customers/").status == 200:
            return
        time.sleep(0.1)


@pytest.mark.parametrize("way", ["on_its_own_server", "pooled"])
@pytest.mark.parametrize("failure", [stopped, crashed, starting, full])
def test_a_database_that_is_away_is_a_503_until_it_is_back(database, request, way, failure):
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

    problems = {(each.status, each.headers["content-type"], each.headers["retry-after"]) for each in away}
    assert problems == {(503, "application/problem+json", "1")}
    assert {each.body["detail"] for each in away} == {"The database is not available."}
    assert [each.status for each in back] == [200] * THREADS + [201] * THREADS
    assert (health_away, health_back) == ([ALIVE, UNREACHED], [ALIVE, READY])


def test_readyz_does_not_wait_for_locks(database, on_its_own_server):
    with psycopg.connect(database.server.url_of("superuser", "orders")) as holder:
        holder.execute("LOCK TABLE django_migrations")
        locked = health(on_its_own_server)

    assert (locked, health(on_its_own_server)) == ([ALIVE, LOCKED], [ALIVE, READY])


@pytest.mark.skipif(find_pgbouncer() is None, reason=" ".join(missing_programs()))
def test_a_pooler_that_lets_no_transaction_through_is_not_ready(database):
    with pgbouncer(database.url, size=2, mode="statement") as address, serving(address, database.key) as service:
        answers = list_and_create(service)
        shown = health(service)

    assert {each.status for each in answers} == {503}
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

    assert [each.status for each in answers] == [200] * THREADS + [201] * THREADS


def test_a_restart_under_load_fails_only_what_it_interrupts(database, on_its_own_server):
    seen: list[tuple[int, str | None]] = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            answers = [
                on_its_own_server.ask("GET", "/api/v1/customers/"),
                on_its_own_server.ask("POST", "/api/v1/customers/", customer()),
            ]
            seen.extend((each.status, each.headers.get("retry-after")) for each in answers)

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
        for each in running:
            each.result()
    after = list_and_create(on_its_own_server)

    assert set(seen) == {(200, None), (201, None), (503, "1")}
    assert [each.status for each in after] == [200] * THREADS + [201] * THREADS


def wait_for(what: Callable[[int], object], start: int) -> None:
    for _ in range(300):
        if what(start):
            return
        time.sleep(0.1)
    pytest.fail("It did not come to that.")


def test_a_service_that_starts_without_its_database_serves_once_it_is_there(database):
    with ExitStack() as end_of_service, ExitStack() as end_of_outage:
        stopped(database, end_of_outage)
        service = end_of_service.enter_context(serving(database.url, database.key))
        away = list_and_create(service)
        end_of_outage.close()
        there = list_and_create(service)

    assert {each.status for each in away} == {503}
    assert [each.status for each in there] == [200] * THREADS + [201] * THREADS
