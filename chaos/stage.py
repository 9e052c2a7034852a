"""The stage of a scenario: the production server, as `make serve` runs it, on a database like production's."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import psycopg

from harness.environment import PRODUCTION
from harness.machine import ROOT, free_port
from harness.processes import SERVE, Running, is_served, manage

# Creates all tenants and keys in one process; `manage.py tenant create` and `apikey create` would take two for each.
MAKE_TENANTS = """
from apps.tenancy import keys
from apps.tenancy.models import Tenant
for number in range({}):
    print(keys.issue_key(tenant=Tenant.objects.create(slug=f"tenant-{{number}}", name=f"Tenant {{number}}")))
"""


class Stage:
    """A migrated database with tenants, each with a key, and a server on it. `stop()` ends the server.

    `environment` names an empty database: DATABASE_URL for serving and, on PostgreSQL, DATABASE_OWNER_URL.
    """

    def __init__(self, environment: dict[str, str], tenants: int = 1, workers: int = 2) -> None:
        # The rate limit is on, but high: few tenants produce the load of many.
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

    @contextmanager
    def beside(self, workers: int = 2, folder: Path = ROOT, **environment: str) -> Iterator[Stage]:
        """Run another server on the same database inside the block, with the code in `folder` and these variables.

        Yield a stage with it.
        """
        stage = copy(self)
        stage.environment = {**self.environment, **environment}
        stage.server = Server(stage.environment, workers, folder)
        try:
            yield stage
        finally:
            stage.stop()

    def seed(self, customers: int, tenant: int = 0) -> None:
        """Write sample data for a tenant: five orders of three items for each customer."""
        self.manage("seed", "--tenant", f"tenant-{tenant}", "--customers", str(customers), PLUGINS="apps.devtools")

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run manage.py on the stage's database and return its output. Raises CalledProcessError."""
        return manage({**self.environment, **environment}, *arguments)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the database directly, with the rows of all tenants, as the role for backups."""
        if self.is_postgresql:
            url = self.environment["DATABASE_OWNER_URL"].replace("orders_owner", "orders_ops")
            with psycopg.connect(url) as connection:
                return connection.execute(sql).fetchall()
        connection = self._sqlite()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Block writes to orders inside the block, so that requests that make them wait in the database."""
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
        """Return the total drift of the maintained totals, or -1 if a trigger is missing."""
        try:
            report = json.loads(self.manage("reconcile", "--json"))
        except CalledProcessError as error:  # Its exit status is 1 if it finds drift.
            report = json.loads(error.stdout)
        return -1 if report["triggers"] else report["drift_cents"]

    def _sqlite(self) -> sqlite3.Connection:
        file = self.environment["DATABASE_URL"].removeprefix("sqlite:///")
        return sqlite3.connect(file, timeout=20, isolation_level=None)


class Server(Running):
    """The production server. `process` starts and supervises the `workers()`."""

    def __init__(self, environment: dict[str, str], workers: int, folder: Path = ROOT) -> None:
        self.port = free_port()
        self.threads = workers * 4  # with database connections: three for tenants, one for keys and pages
        own = {"GRANIAN_PORT": str(self.port), "GRANIAN_WORKERS": str(workers)}
        super().__init__(SERVE, {**environment, **own}, lambda: is_served(self.port), folder=folder)

    def workers(self) -> list[int]:
        """Return the workers' process ids, the oldest first."""
        since = {pid: int(stat[19]) for pid in children(self.process.pid) if (stat := _stat(pid))}
        return sorted(since, key=since.__getitem__)

    def megabytes(self) -> float:
        """Return the memory of all workers; pages that they share count for each."""
        return sum(int(_stat(pid)[21]) for pid in self.workers()) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def descriptors(self) -> int:
        """Return the number of open files and sockets of all workers."""
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.workers())


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat (proc(5)) from the third on; none if the process has ended."""
    try:
        # Skip the second field, a name in brackets, which may contain spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
