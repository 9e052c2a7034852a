"""Where a scenario plays: the service as `make serve` runs it, over a database that production could have."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import psycopg

from harness.environment import PRODUCTION
from harness.machine import free_port
from harness.processes import SERVE, Running, is_served, manage

# One process, where `manage.py tenant create` and `apikey create` would be two for each.
MAKE_TENANTS = """
from apps.tenancy import keys
from apps.tenancy.models import Tenant
for number in range({}):
    print(keys.issue_key(tenant=Tenant.objects.create(slug=f"tenant-{{number}}", name=f"Tenant {{number}}")))
"""


class Stage:
    """A migrated database with tenants and a key of each, and a server over it; `stop()` ends the server.

    `environment` names an empty database: DATABASE_URL of the role that serves and, on PostgreSQL, DATABASE_OWNER_URL.
    """

    def __init__(self, environment: dict[str, str], tenants: int = 1, workers: int = 2) -> None:
        # Requests are counted, but what stands for many tenants' load comes from few.
        self.environment = {**PRODUCTION, "REQUESTS_PER_MINUTE": "1000000", **environment}
        self.is_postgresql = environment["DATABASE_URL"].startswith("postgres")
        self.manage("migrate")
        self.keys = self.manage("shell", "-v", "0", "-c", MAKE_TENANTS.format(tenants)).split()
        self.server = Server(self.environment, workers)

    @property
    def database(self) -> str:
        return "PostgreSQL" if self.is_postgresql else "SQLite"

    def stop(self) -> None:
        self.server.stop()

    def seed(self, customers: int) -> None:
        """Write sample data for the first tenant: five orders of three items for each customer."""
        self.manage("seed", "--tenant", "tenant-0", "--customers", str(customers), PLUGINS="apps.devtools")

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run manage.py on its database; return what it prints. Raises CalledProcessError."""
        return manage({**self.environment, **environment}, *arguments)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database holds, all tenants'; asked past the service, as the role for backups."""
        if self.is_postgresql:
            with psycopg.connect(self.environment["DATABASE_URL"].replace("orders_app", "orders_ops")) as connection:
                return connection.execute(sql).fetchall()
        connection = self._sqlite()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Nobody can write an order inside the block: requests that do are held up half-way."""
        if self.is_postgresql:
            with psycopg.connect(self.environment["DATABASE_OWNER_URL"]) as connection:
                connection.execute("LOCK TABLE orders_order IN EXCLUSIVE MODE")
                yield
            return
        connection = self._sqlite()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()

    def drift_cents(self) -> int:
        """How far the maintained totals are from the truth, all together; -1 if a trigger is missing."""
        try:
            report = json.loads(self.manage("reconcile", "--json"))
        except CalledProcessError as error:  # Its status is 1 where it finds any.
            report = json.loads(error.stdout)
        return -1 if report["triggers"] else report["drift_cents"]

    def _sqlite(self) -> sqlite3.Connection:
        file = self.environment["DATABASE_URL"].removeprefix("sqlite:///")
        return sqlite3.connect(file, timeout=20, isolation_level=None)


class Server(Running):
    """The production server: `process`, which starts and watches `workers()`."""

    def __init__(self, environment: dict[str, str], workers: int) -> None:
        self.port = free_port()
        self.threads = workers * 4  # that use the database: three for tenants, one for keys and pages
        own = {"GRANIAN_PORT": str(self.port), "GRANIAN_WORKERS": str(workers)}
        super().__init__(SERVE, {**environment, **own}, lambda: is_served(self.port))

    def workers(self) -> list[int]:
        """Process ids, the oldest first."""
        since = {pid: int(stat[19]) for pid in children(self.process.pid) if (stat := _stat(pid))}
        return sorted(since, key=since.__getitem__)

    def megabytes(self) -> float:
        """Memory of all workers, pages that they share counted for each."""
        return sum(int(_stat(pid)[21]) for pid in self.workers()) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def descriptors(self) -> int:
        """Open files and sockets of all workers."""
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.workers())


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid: int) -> list[str]:
    """What proc(5) tells of a process from the third field on, nothing if it has just gone."""
    try:
        # The name in brackets, which comes before, may hold spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
