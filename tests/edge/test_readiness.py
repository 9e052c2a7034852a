"""/readyz returns 503 when the database is reachable but unusable (standby, bad setting, full disk).

It never waits for a lock.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.plugin import url_of
from tests.support.service import Answer, Service, manage, serving
from tests.support.volume import Volume, small_volume

READY = (200, {"status": "ok"})
FULL = (503, {"status": "unavailable", "reason": "the disk is full"})
numbers = count()


def readiness(service: Service) -> tuple[int, Any]:
    answer = service.ask("GET", "/readyz")
    return answer.status, answer.body


def unready(reason: str) -> tuple[int, Any]:
    return 503, {"status": "unavailable", "reason": reason}


def create_customer(service: Service) -> Answer:
    return service.ask("POST", "/api/v1/customers/", {"email": f"{next(numbers)}@example.com", "name": "x" * 200})


@pytest.mark.postgresql
def test_standby_is_not_ready_but_serves_reads(database, on_its_own_server):
    created = create_customer(on_its_own_server).status

    database.server.halt("fast")
    with database.server.standing_by():
        shown = readiness(on_its_own_server)
        read = on_its_own_server.ask("GET", "/api/v1/customers/").status
        refused = create_customer(on_its_own_server)
    database.server.start()

    assert (created, read) == (201, 200)
    assert shown == unready("the database is read-only")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert refused.body["detail"] == "The database is read-only at present."
    assert readiness(on_its_own_server) == READY


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("row_security", "off", "row_security is off"),
        ("default_transaction_read_only", "on", "the database is read-only"),
        ("app.tenant_id", "1", "app.tenant_id is set outside of any scope"),
    ],
)
def test_role_setting_that_fails_requests_is_reported_at_once(database, on_its_own_server, setting, value, reason):
    before = readiness(on_its_own_server)

    database.execute(f"ALTER ROLE orders_app SET {setting} = '{value}'")
    shown = readiness(on_its_own_server)
    database.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'orders_app'")
    shown_by_new_connections = readiness(on_its_own_server)
    database.execute(f"ALTER ROLE orders_app RESET {setting}")
    database.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'orders_app'")

    assert (before, shown, shown_by_new_connections) == (READY, unready(reason), unready(reason))
    assert readiness(on_its_own_server) == READY


def test_open_write_transaction_does_not_affect_readyz(environment, service):
    """The client times out after 10 seconds, a writer on SQLite after 20. test_outage.py tests a table lock."""
    with writing(environment):
        shown = [readiness(service) for _ in range(3)]

    assert shown == [READY] * 3


@contextmanager
def writing(environment: dict[str, str]) -> Iterator[None]:
    """Keep a transaction that has written open inside the block."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(file_of(environment), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("UPDATE tenancy_tenant SET name = 'written'")
            yield
        return
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as writer:
        writer.execute("UPDATE tenancy_tenant SET name = 'written'")
        writer.execute("UPDATE django_migrations SET name = name")
        writer.execute("LOCK TABLE orders_order IN SHARE ROW EXCLUSIVE MODE")
        yield


def file_of(environment: dict[str, str]) -> Path:
    return Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))


@pytest.fixture
def volume() -> Iterator[Volume]:
    with small_volume(64) as volume:
        yield volume


@pytest.fixture
def on_small_volume(volume: Volume) -> Iterator[dict[str, str]]:
    """The environment of a process whose database is on the small volume; PostgreSQL's WAL is not."""
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{volume.folder / 'db.sqlite3'}"}
        return
    with psycopg.connect(url_of("superuser"), autocommit=True) as superuser:
        superuser.execute(f"CREATE TABLESPACE small OWNER orders_owner LOCATION '{volume.folder}'")
        superuser.execute("CREATE DATABASE full_disk OWNER orders_owner TABLESPACE small")
        yield {
            "DATABASE_URL": url_of("orders_app", "full_disk"),
            "DATABASE_OWNER_URL": url_of("orders_owner", "full_disk"),
        }
        superuser.execute("DROP DATABASE full_disk WITH (FORCE)")
        superuser.execute("DROP TABLESPACE small")


def test_full_disk_makes_every_process_unready_within_ten_seconds(volume, on_small_volume):
    manage(on_small_volume, "migrate", "-v", "0")
    manage(on_small_volume, "tenant", "create", "acme")
    key = manage(on_small_volume, "apikey", "create", "acme").strip()

    with serving(on_small_volume, key, GRANIAN_WORKERS="2") as service:
        ready = readiness_of_all(service)
        volume.fill()
        failed = until(lambda: create_customer(service), lambda answer: answer.status != 201, seconds=60)
        shown = until(lambda: readiness_of_all(service), lambda shown: shown == [FULL], seconds=10)
        volume.free()
        shown_again = until(lambda: readiness_of_all(service), lambda shown: shown == [READY])
        created = create_customer(service)

    assert (ready, shown, shown_again) == ([READY], [FULL], [READY])
    assert (failed.status, failed.headers["retry-after"]) == (503, "1")
    assert created.status == 201


def readiness_of_all(service: Service) -> list[Any]:
    """Return the distinct answers to 20 requests, enough for each of two processes to get some."""
    answers = [readiness(service) for _ in range(20)]
    return [answer for number, answer in enumerate(answers) if answer not in answers[:number]]


def until(ask: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 30) -> Any:
    """Repeat `ask` until its answer is `wanted` or `seconds` have passed; return the last answer."""
    end = time.monotonic() + seconds
    while not wanted(answer := ask()) and time.monotonic() < end:
        pass
    return answer
