"""A PostgreSQL server for tests, the lab, chaos and benchmarks."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from harness.machine import ROOT, find_binaries, free_port, missing_programs, not_root

ROLES = ROOT / "deploy/roles.sql"
FAST = "-F -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """A PostgreSQL server of our own, on a free port, in a folder that is removed with it.

    Fast unless it is `durable`, which makes it write each COMMIT to disk. Every database on it has the roles of
    deploy/roles.sql; their owner may create databases. Raises FileNotFoundError where PostgreSQL is not installed.
    """

    def __init__(self, *, durable: bool = False) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise FileNotFoundError(missing_programs()[0])
        self._binaries, self._options = binaries, "-c fsync=on" if durable else FAST
        self._folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        self._user = not_root(self._folder)
        self._password, self._port = secrets.token_hex(16), free_port()
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o644)  # read by the server's user, inside a folder closed to others
        self._run("initdb", "-D", self._data, "-U", "superuser", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
                  "--locale=C", f"--pwfile={password_file}")  # fmt: skip
        self.start()
        with psycopg.connect(self.url_of("superuser", "template1")) as template:
            template.execute(ROLES.read_text())
            for role in ("orders_owner", "orders_app", "orders_ops"):
                template.execute(f"ALTER ROLE {role} PASSWORD '{self._password}'")
            template.execute("ALTER ROLE orders_owner CREATEDB")

    def url_of(self, role: str, database: str = "postgres") -> str:
        """Return DATABASE_URL for `role`."""
        return f"postgres://{role}:{self._password}@127.0.0.1:{self._port}/{database}"

    def new_database(self, name: str, template: str = "template1") -> dict[str, str]:
        """Create a database, empty or a copy, and return the environment of a process that uses it."""
        with psycopg.connect(self.url_of("superuser"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} OWNER orders_owner TEMPLATE {template}")
        owner = self.url_of("orders_owner", name)
        return {"DATABASE_URL": self.url_of("orders_app", name), "DATABASE_OWNER_URL": owner}

    def start(self, *arguments: str, more: str = "") -> None:
        """Start the server, which is not running, on the port that it always has."""
        options = f"-h 127.0.0.1 -p {self._port} -k {self._folder} {self._options}"
        options += " -c max_connections=400"  # several processes of tests, some of them with fifty threads
        self._run("pg_ctl", "-D", self._data, "-w", *arguments, "-l", self.log, "-o", f"{options} {more}", "start")

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Start the server, which is not running, so that it stays starting up: a standby that nobody may read."""
        with self.standing_by("-W", more="-c hot_standby=off"):
            refusal = "refused"
            while "refused" in refusal:
                time.sleep(0.05)
                try:
                    psycopg.connect(self.url_of("superuser"))
                except psycopg.OperationalError as error:
                    refusal = str(error)
            yield

    @contextmanager
    def standing_by(self, *arguments: str, more: str = "") -> Iterator[None]:
        """Start the server, which is not running, as a standby without a primary: it accepts reads, and no write."""
        standby = self._data / "standby.signal"
        standby.touch()
        standby.chmod(0o666)
        self.start(*arguments, more=more)
        yield
        self.halt("fast")
        standby.unlink()

    def halt(self, mode: str) -> None:
        """Stop the server in one of pg_ctl's modes; its data stays."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """End all of the server's processes, as a kernel does that is short of memory; its data stays."""
        leader = str(self.postmaster)
        os.kill(int(leader), signal.SIGSTOP)  # else it would start others
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for process in (*children, leader):
            os.kill(int(process), signal.SIGKILL)
        while any(map(_is_alive, (*children, leader))):
            time.sleep(0.01)
        # Its parent may not have waited for it yet, and then its process id counts as taken.
        for lock in (self._data / "postmaster.pid", self._folder / f".s.PGSQL.{self._port}.lock"):
            lock.unlink()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt("immediate")
        shutil.rmtree(self._folder)

    @property
    def postmaster(self) -> int:
        """Process id of the server."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    @property
    def log(self) -> Path:
        """The file that the server writes its log to."""
        return self._folder / "log"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._user)


def _is_alive(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
