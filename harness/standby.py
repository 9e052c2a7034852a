"""A streaming replica of a PostgreSQL server, which can be stopped, frozen and held back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import psycopg

from harness.machine import wait_until
from harness.postgresql import Cluster
from harness.server import Server


class Standby(Server):
    """A hot standby of a running `primary`."""

    def __init__(self, primary: Cluster) -> None:
        super().__init__()
        self._primary = primary
        self._run("pg_basebackup", "-D", self._data, "-d", primary.url_of("superuser"), "-R", "-c", "fast", "--no-sync")
        self.start()

    def url_of(self, role: str, database: str = "postgres") -> str:
        """Return the URL of `role`, as the primary has it, on this server."""
        url = self._primary.url_of(role, database)
        return url.replace(f":{urlsplit(url).port}/", f":{self._port}/")

    def start(self) -> None:
        """Start the stopped server again on its port. It accepts reads and follows the primary."""
        self._start("-F")

    def hold_back(self) -> None:
        """Replay nothing from now on, as if the replica had too much to do. It still receives the log."""
        self.execute("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.execute("SELECT pg_get_wal_replay_pause_state()") == [("paused",)], "replay is paused")

    def release(self) -> None:
        """Replay again after `hold_back`."""
        self.execute("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Return once everything is replayed that is committed on the primary now."""
        with psycopg.connect(self._primary.url_of("superuser"), autocommit=True) as primary:
            # Only what is written is sent, and a Cluster that is not durable takes its time with that.
            primary.execute("SET synchronous_commit = on")
            primary.execute("SELECT pg_logical_emit_message(true, '', '')")
            ((current,),) = primary.execute("SELECT pg_current_wal_lsn()").fetchall()
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{current}'::pg_lsn"
        wait_until(lambda: self.execute(replayed) == [(True,)], "the replica has caught up")

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the superuser, and return its rows, if it has any."""
        with psycopg.connect(self.url_of("superuser", database), autocommit=True) as superuser:
            cursor = superuser.execute(sql)
            return cursor.fetchall() if cursor.description else []
