"""A streaming replica of a PostgreSQL server, which can be stopped, frozen and held back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from harness.machine import find_binaries, free_port, missing_programs, not_root, wait_until
from harness.postgresql import Cluster


class Standby:
    """A hot standby of a running `primary`, on an unused port, in a temporary folder that `stop` removes.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """

    def __init__(self, primary: Cluster) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise FileNotFoundError(missing_programs()[0])
        self._primary, self._binaries, self._port = primary, binaries, free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        self._user = not_root(self._folder)
        self._frozen: list[int] = []
        self._run("pg_basebackup", "-D", self._data, "-d", primary.url_of("superuser"), "-R", "-c", "fast", "--no-sync")
        self.start()

    def url_of(self, role: str, database: str = "postgres") -> str:
        """Return the URL of `role`, as the primary has it, on this server."""
        url = self._primary.url_of(role, database)
        return url.replace(f":{urlsplit(url).port}/", f":{self._port}/")

    def start(self) -> None:
        """Start the stopped server again on its port. It accepts reads and follows the primary."""
        options = f"-F -h 127.0.0.1 -p {self._port} -k {self._folder} -c max_connections=400"  # as many as the primary
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log", "-o", options, "start")

    def halt(self, mode: str) -> None:
        """Stop the server in one of pg_ctl's modes, and keep its data."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def stop(self) -> None:
        """Stop the server, even if it is frozen, and remove its folder."""
        self.thaw()
        self.halt("immediate")
        shutil.rmtree(self._folder)

    def freeze(self) -> None:
        """Suspend all of the server's processes: it accepts connections and never responds, like a paused machine."""
        leader = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(leader, signal.SIGSTOP)  # first, or it would start new ones
        children = map(int, Path(f"/proc/{leader}/task/{leader}/children").read_text().split())
        self._frozen = [leader, *children]
        for process in self._frozen[1:]:
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume what `freeze` has suspended."""
        for process in reversed(self._frozen):  # the leader last: ids are not reused before it reaps its children
            os.kill(process, signal.SIGCONT)
        self._frozen = []

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

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._user)
