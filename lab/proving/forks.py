"""Run sessions of pytest, each a fork of one process that has loaded Django and the plugins once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from harness.machine import ROOT
from harness.postgresql import Cluster
from lab.core.fault import LabError

PROCESSES = 2
AnySession = TypeVar("AnySession", bound="Session")


class Session(Protocol):
    @property
    def database(self) -> str:
        """One of DATABASES."""

    def described(self) -> dict[str, Any]:
        """Return what `pytest_plugin` reads: name (of the test database), fault, decoy, tests and report (a file)."""


def finished(
    sessions: Sequence[AnySession], *, processes: int, seed: int, folder: Path, temporary: Path
) -> Iterator[AnySession]:
    """Run the sessions, all on one database and `processes` at a time, and yield each when it has finished.

    `seed` shuffles the tests, `folder` holds the faults, and files of the run go to `temporary`. Starts a PostgreSQL
    server if that is the database. Raises LabError if pytest does not start.
    """
    database = sessions[0].database
    listed = temporary / f"{database}_sessions.json"
    listed.write_text(json.dumps([session.described() for session in sessions]))
    with _server(database) as url:
        command = [
            sys.executable, "-m", "pytest", "-q", "-s", "-p", "lab.proving.pytest_plugin", "-p", "no:cacheprovider",
            "-p", "no:hypothesispytest",  # its statistics take a second at the end of each session
            "-o", "verbosity_assertions=2", f"--database={database}", f"--database-url={url}",
            f"--randomly-seed={seed}", f"--fault-folder={folder}", f"--fault-sessions={listed}",
            f"--fault-processes={processes}",
        ]  # fmt: skip
        environment = {**os.environ, "PYTEST_DEBUG_TEMPROOT": str(temporary)}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout
            output = []
            for line in process.stdout:
                if line.strip().isdigit():
                    yield sessions[int(line)]
                else:
                    output.append(line)
        if process.returncode:
            raise LabError(f"pytest did not start: {''.join(output)[-1000:]}")


@contextmanager
def _server(database: str) -> Iterator[str]:
    """DATABASE_URL of the server that all sessions share; each has a database of its own on it."""
    if database == "sqlite":
        yield "sqlite:///tests.sqlite3"  # never opened: tests/conftest.py puts each database elsewhere
        return
    server = Cluster()
    try:
        yield server.url_of("orders_app")
    finally:
        server.stop()
