"""Run pytest sessions as forks of one process, which loads Django and the plugins once."""

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
        """Return the session for `pytest_plugin`: name (of the test database), fault, decoy, tests, report (a file)."""


def finished(
    sessions: Sequence[AnySession], *, processes: int, seed: int, folder: Path, temporary: Path
) -> Iterator[AnySession]:
    """Run the sessions, all on one database and `processes` at a time, and yield each when it has finished.

    `seed` shuffles the tests, `folder` holds the faults, and the run's files are written to `temporary`. Starts a
    server if the database is PostgreSQL. Raises LabError if pytest does not start.
    """
    database = sessions[0].database
    listed = temporary / f"{database}_sessions.json"
    listed.write_text(json.dumps([session.described() for session in sessions]))
    with _server(database) as url:
        command = [
            sys.executable, "-m", "pytest", "-q", "-s", "-p", "lab.proving.pytest_plugin", "-p", "no:cacheprovider",
            "-p", "no:hypothesispytest",  # Its statistics take a second at the end of each session.
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
    """Yield the DATABASE_URL of the server that all sessions share; each creates a database of its own on it."""
    if database == "sqlite":
        yield "sqlite:///tests.sqlite3"  # This file is never opened: tests/conftest.py replaces the name.
        return
    server = Cluster()
    try:
        yield server.url_of("orders_app")
    finally:
        server.stop()
