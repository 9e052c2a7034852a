"""The development server, started as a newcomer starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plugin import free_port

ROOT = Path(__file__).parents[2]


def development(database: dict[str, str]) -> dict[str, str]:
    """The environment that .env.example describes, but for the database and the port, which is a free one."""
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    return {**os.environ, **values, **database, "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """`manage.py run`, what `make run` calls; its address."""
    address = f"http://127.0.0.1:{environment['PORT']}"
    # A file: a pipe that nobody reads would hold up a server that has much to say.
    with tempfile.NamedTemporaryFile("r") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=environment,
            stdout=said.fileno(),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"{address}/readyz", process, Path(said.name))
            yield address
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=20)
        output = Path(said.name).read_text()
    assert process.returncode == 0, output
    assert f"{address}/api/v1/docs" in output
    assert "Traceback" not in output, output


def _wait_for(address: str, process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            assert process.poll() is None, said.read_text()
            time.sleep(0.1)
    pytest.fail("The server did not start within a minute.")
