"""Exports read the replica once it has the request itself, and the primary otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.environment import PRODUCTION
from harness.machine import wait_until
from harness.processes import Running
from harness.standby import Standby
from tests.support.service import Database, Service, serving

pytestmark = pytest.mark.postgresql
EXPORTS, CUSTOMERS = "/api/v1/exports/", "/api/v1/customers/"
SWEEP = (sys.executable, "manage.py", "sweep", "--every", "0.2")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def environment(database: Database, standby: Standby, files: Path) -> dict[str, str]:
    """The replica may be two minutes behind."""
    return {
        "DATABASE_URL": database.url,
        "DATABASE_REPLICA_URL": standby.url_of("orders_app", "orders"),
        "REPLICA_MAX_LAG_SECONDS": "120",
        "EXPORTS_STORAGE": str(files),
    }


@pytest.fixture(scope="module")
def sweeper(environment: dict[str, str]) -> Iterator[Running]:
    """A process that does the jobs."""
    sweeper = Running(SWEEP, {**PRODUCTION, **environment}, lambda: True)
    yield sweeper
    sweeper.stop()


@pytest.fixture(scope="module")
def service(database: Database, environment: dict[str, str], sweeper: Running) -> Iterator[Service]:
    with serving(environment, database.key) as service:
        yield service


def exported(service: Service, files: Path, address: str) -> str:
    """The file of an export, when it is done."""
    wait_until(lambda: service.ask("GET", address).body["state"] == "done", "an export")
    export = address.rstrip("/").rpartition("/")[2]
    [file] = [path for path in files.rglob("*") if path.is_file() and path.parent.name == export]
    return file.read_text()


def request(service: Service) -> str:
    return service.ask("POST", EXPORTS, {"kind": "customers"}).headers["location"]


def add_customer(service: Service, name: str) -> None:
    body = {"email": f"{name}@example.com", "name": name}
    assert service.ask("POST", CUSTOMERS, body).status == 201


def test_the_replica_is_read_when_it_has_the_request(database, standby, sweeper, service, files):
    exported(service, files, request(service))  # From now on the process checks the replica.
    wait_until(lambda: "Reports read the replica" in sweeper.log, "the replica is used")
    database.execute("ALTER TABLE background_job ALTER due_at SET DEFAULT now() + interval '1 hour'")
    address = request(service)
    database.execute("ALTER TABLE background_job ALTER due_at SET DEFAULT statement_timestamp()")
    standby.catch_up()
    standby.hold_back()
    add_customer(service, "later")

    database.execute("UPDATE background_job SET due_at = now()")

    assert "later@example.com" not in exported(service, files, address)
    assert "later@example.com" in exported(service, files, request(service))  # The replica has no such request yet.
    standby.release()


def test_the_primary_is_read_when_the_replica_is_gone(standby, service, files):
    standby.halt("immediate")
    add_customer(service, "last")

    assert "last@example.com" in exported(service, files, request(service))

    standby.start()
