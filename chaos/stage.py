"""Where a scenario plays: the service as `make serve` runs it, over a database that production could have."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg

from tests.plugin import free_port

ROOT = Path(__file__).resolve().parents[1]
# One process, where `manage.py tenant create` and `apikey create` would be two for each.
MAKE_TENANTS = """
from apps.tenancy import keys
from apps.tenancy.models import Tenant
for number in range({}):
    print(keys.issue_key(tenant=Tenant.objects.create(slug=f"tenant-{{number}}", name=f"Tenant {{number}}")))
"""
HTTPS = {"X-Forwarded-Proto": "https"}


class Stage:
    """A migrated database with tenants and a key of each, and a server over it; `stop()` ends the server.

    `environment` names an empty database: DATABASE_URL of the role that serves and, on PostgreSQL, DATABASE_OWNER_URL.
    """

    def __init__(self, environment: dict[str, str], tenants: int = 1, workers: int = 2) -> None:
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "off", "SECRET_KEY": "chaos-" * 10,
            "SECRET_KEY_FALLBACKS": "", "ALLOWED_HOSTS": "127.0.0.1", "DEFAULT_TENANT": "", "PLUGINS": "",
            "TRUST_X_FORWARDED_PROTO": "on", "DATABASE_OWNER_URL": "",
            "REQUESTS_PER_MINUTE": "1000000",  # counted, but a load of many tenants comes from few here
            **environment,
        }  # fmt: skip
        self.is_postgresql = environment["DATABASE_URL"].startswith("postgres")
        self.manage("migrate")
        self.keys = self.manage("shell", "-v", "0", "-c", MAKE_TENANTS.format(tenants)).split()
        self.server = Server(self.environment, workers)

    @property
    def database(self) -> str:
        return "PostgreSQL" if self.is_postgresql else "SQLite"

    def stop(self) -> None:
        self.server.stop()
        self.server.log.close()

    def seed(self, customers: int) -> None:
        """Write sample data for the first tenant: five orders of three items for each customer."""
        self.manage("seed", "--tenant", "tenant-0", "--customers", str(customers), PLUGINS="apps.devtools")

    def manage(self, *arguments: str, may_fail: bool = False, **environment: str) -> str:
        """What `manage.py` prints. Raises RuntimeError with its messages when it fails, unless it may."""
        command = [sys.executable, "manage.py", *arguments]
        given = {**os.environ, **self.environment, **environment}
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
        if done.returncode and not may_fail:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

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
        report = json.loads(self.manage("reconcile", "--json", may_fail=True))  # as it does where it finds any
        return -1 if report["triggers"] else report["drift_cents"]

    def _sqlite(self) -> sqlite3.Connection:
        file = self.environment["DATABASE_URL"].removeprefix("sqlite:///")
        return sqlite3.connect(file, timeout=20, isolation_level=None)


class Server:
    """granian, as `make serve` starts it: `process`, which starts and watches `workers()`."""

    def __init__(self, environment: dict[str, str], workers: int) -> None:
        self.command = [sys.executable, "-m", "config.serve"]
        self.port = free_port()
        self.threads = workers * 4  # that use the database: three for tenants, one for keys and pages
        own = {"GRANIAN_PORT": str(self.port), "GRANIAN_WORKERS": str(workers), "PYTHONPATH": str(ROOT)}
        self.environment = {**os.environ, **environment, **own}
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the server runs
        self.start()

    def start(self) -> None:
        """Start it, again if it was stopped, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            wait_until(self.answers, "the server answers")
        except TimeoutError:
            self.stop()
            raise

    def answers(self) -> bool:
        """Whether its health check is a 200. Raises RuntimeError with its log if it has ended."""
        if self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError(f"The server ended: {self.log.read()[-3000:]}")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz", headers=HTTPS)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

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

    def stop(self) -> int:
        """End it as an operator would; its exit status, -9 if that took more than a minute."""
        self.process.terminate()
        return self.end()

    def end(self) -> int:
        """The same for one that was told to. Not told twice: a Python that is ending has no handlers any more."""
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid: int) -> list[str]:
    """What proc(5) tells of a process from the third field on, nothing if it has just gone."""
    try:
        # The name in brackets, which comes before, may hold spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def wait_until(happened: Any, what: str, seconds: float = 60) -> None:
    """Raises TimeoutError, saying `what` did not happen."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"Not within {seconds:g} seconds: {what}.")
        time.sleep(0.01)
