"""Fixtures that run the service as `make serve` does, for requests that Django's test client cannot send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.service import Database, Service, manage, serving


@pytest.fixture(scope="module")
def environment(empty_database: dict[str, str]) -> dict[str, str]:
    """The environment of a process that uses a migrated database with the tenant `acme`."""
    manage(empty_database, "migrate", "-v", "0")
    manage(empty_database, "tenant", "create", "acme")
    return empty_database


@pytest.fixture(scope="module")
def service(environment: dict[str, str]) -> Iterator[Service]:
    """A running service with a key of acme's."""
    with serving(environment, manage(environment, "apikey", "create", "acme").strip()) as service:
        yield service


@pytest.fixture(scope="module")
def on_its_own_server(database: Database) -> Iterator[Service]:
    with serving(database.url, database.key) as service:
        yield service
