"""The development server, started as a newcomer starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plugin import free_port

ROOT = Path(__file__).parents[1]


def development(database: dict[str, str]) -> dict[str, str]:
    """The environment that .env.example describes, but for the database and the port, which is a free one."""
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    return {**os.environ, **values, **database, "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """`manage.py run`, what `make run` calls; its address."""
    address = f"http://127.0.0.1:{environment['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_for(f"{address}/readyz", process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert f"{address}/api/v1/docs" in output
    assert "Traceback" not in output, output


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.1)
    pytest.fail("The server did not start within a minute.")
