"""A PostgreSQL server for tests, the lab, chaos and benchmarks."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg

from harness.machine import ROOT, not_root, wait_until
from harness.server import Server

ROLES = ROOT / "deploy/roles.sql"
FAST = "-F -c synchronous_commit=off -c full_page_writes=off"


class Cluster(Server):
    """A private PostgreSQL server that accepts writes, with users of its own.

    It does not write to disk at each COMMIT, unless it is `durable`. It has the roles of deploy/roles.sql, unless it is
    `bare`; their owner may create databases.
    """

    def __init__(self, *, durable: bool = False, bare: bool = False) -> None:
        super().__init__()
        self._options = "-c fsync=on" if durable else FAST
        self._password = secrets.token_hex(16)
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o644)  # initdb runs as another user; the folder is closed to everyone else.
        self._run("initdb", "-D", self._data, "-U", "superuser", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
                  "--locale=C", f"--pwfile={password_file}")  # fmt: skip
        self.start()
        if bare:
            return
        with psycopg.connect(self.url_of("superuser", "template1"), autocommit=True) as template:
            template.execute(ROLES.read_text())
            for role in ("orders_owner", "orders_app", "orders_ops"):
                template.execute(f"ALTER ROLE {role} PASSWORD '{self._password}'")
            template.execute("ALTER ROLE orders_owner CREATEDB")

    def url_of(self, role: str, database: str = "postgres") -> str:
        """Return the DATABASE_URL of `role`."""
        return f"postgres://{role}:{self._password}@127.0.0.1:{self._port}/{database}"

    def new_database(self, name: str, template: str = "template1") -> dict[str, str]:
        """Create a database, empty or a copy of `template`, and return the environment of a process that uses it."""
        with psycopg.connect(self.url_of("superuser"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} OWNER orders_owner TEMPLATE {template}")
        owner = self.url_of("orders_owner", name)
        return {"DATABASE_URL": self.url_of("orders_app", name), "DATABASE_OWNER_URL": owner}

    def start(self, *arguments: str, more: str = "") -> None:
        """Start the stopped server again on its port."""
        self._start(f"{self._options} {more}", *arguments)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Start the stopped server so that it remains in the state "starting up": a standby that refuses reads."""
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
        """Start the stopped server as a standby without a primary, which accepts reads but no writes."""
        standby = self._data / "standby.signal"
        standby.touch()
        standby.chmod(0o666)
        self.start(*arguments, more=more)
        yield
        self.halt("fast")
        standby.unlink()

    def archive(self) -> None:
        """Restart the server so that it copies each completed file of its log (WAL) to a folder."""
        shutil.rmtree(self._archive, ignore_errors=True)
        self._archive.mkdir()
        not_root(self._archive)
        self.halt("fast")
        self.start(more=f"-c archive_mode=on -c archive_command='cp %p {self._archive}/%f'")

    def back_up(self) -> None:
        """Take a base backup, without the log: `restore` reads that from the archive."""
        url = self.url_of("superuser")
        self._run("pg_basebackup", "-D", self._backup, "-d", url, "-X", "none", "-c", "fast", "--no-sync")

    def restore(self, point: datetime) -> None:
        """Kill the server and delete its data; start it with the base backup and the archived log up to `point`.

        Something must have been committed after `point`. The server then archives no more.
        """
        with psycopg.connect(self.url_of("superuser"), autocommit=True) as server:
            ((last,),) = server.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
            is_archived = f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver"
            wait_until(lambda: server.execute(is_archived).fetchall() == [(True,)], "an archived log")
        self.kill()
        shutil.rmtree(self._data)
        self._backup.rename(self._data)
        recovery = self._data / "recovery.signal"
        recovery.touch()
        recovery.chmod(0o666)
        target = f"-c recovery_target_time={point.isoformat()} -c recovery_target_action=promote"
        self.start(more=f"-c restore_command='cp {self._archive}/%f %p' {target}")
        with psycopg.connect(self.url_of("superuser"), autocommit=True) as server:
            is_primary = "SELECT NOT pg_is_in_recovery()"
            wait_until(lambda: server.execute(is_primary).fetchall() == [(True,)], "the end of the recovery")

    @property
    def _archive(self) -> Path:
        return self._folder / "archive"

    @property
    def _backup(self) -> Path:
        return self._folder / "backup"
