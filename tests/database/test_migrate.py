"""`migrate` on PostgreSQL beside long transactions of the running version."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from apps.database.management.commands.migrate import PATIENCE
from harness.environment import PRODUCTION
from harness.machine import wait_until
from harness.processes import Running
from tests.support.service import manage

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def environment(empty_database: dict[str, str]) -> dict[str, str]:
    manage(empty_database, "migrate", "-v", "0")
    return empty_database


@pytest.fixture
def reader(environment: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as reader:
        yield reader


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as server:
        yield server


@contextmanager
def migrating(environment: dict[str, str], *arguments: str) -> Iterator[Running]:
    """Run `manage.py migrate` inside the block."""
    command = [sys.executable, "manage.py", "migrate", "-v", "0", *arguments]
    migration = Running(command, {**PRODUCTION, **environment}, lambda: True)
    try:
        yield migration
    finally:
        migration.stop()


def test_requests_do_not_wait_behind_a_migration_that_waits_for_a_table(environment, reader, server):
    reader.execute("SELECT count(*) FROM exports_export")  # holds the table until the transaction ends
    server.execute("SET lock_timeout = '3s'")  # as the role of the service has it

    with migrating(environment, "exports", "zero") as migration:
        while "trying again" not in migration.log:
            server.execute("SELECT count(*) FROM exports_export")
        reader.commit()
        status = migration.process.wait(60)

    assert status == 0
    assert server.execute("SELECT to_regclass('exports_export')").fetchone() == (None,)


def test_an_index_waits_for_long_transactions(environment, reader, server):
    """While it does so, no request waits for it."""
    manage(environment, "migrate", "-v", "0", "orders", "0006")
    reader.execute("SELECT count(*) FROM orders_order")
    waits = f"""
        SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
        AND now() - query_start > {2 * PATIENCE} * interval '1 second'"""

    with migrating(environment, "orders") as migration:
        wait_until(lambda: server.execute(waits).fetchone() == (1,), "it waits for longer than for a table")
        reader.commit()
        status = migration.process.wait(60)

    assert (status, migration.log) == (0, "")
