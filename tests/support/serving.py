"""The development server, started with `manage.py run` and the values of .env.example."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from harness.machine import ROOT, free_port
from harness.processes import Running, is_served


def development(database: dict[str, str]) -> dict[str, str]:
    """Return the environment of .env.example, with another database and a free port."""
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    return {**os.environ, **values, **database, "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """Run `manage.py run`, as `make run` does; yield its URL."""
    port = int(environment["PORT"])
    address = f"http://127.0.0.1:{port}"
    running = Running([sys.executable, "manage.py", "run"], environment, lambda: is_served(port, "/readyz"))
    try:
        yield address
    finally:
        os.killpg(running.process.pid, signal.SIGINT)
        status = running.end(seconds=20)
    assert status == 0, running.log
    assert f"{address}/api/v1/docs" in running.log
    assert "Traceback" not in running.log, running.log
