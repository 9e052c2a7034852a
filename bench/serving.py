"""Start, probe, measure and stop server processes."""

from __future__ import annotations

import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

from harness.machine import ROOT, free_port
from harness.processes import HTTPS, Running

THREADS = 3  # per worker, with which granian serves this service fastest (see servers.py)
CONNECTIONS = 4  # of the client
BIN = Path(sys.executable).parent


# The command of `make serve`.
PRODUCT = ["python", "-m", "config.serve", "--host=127.0.0.1", "--port={port}", "--log-level=warning"]


def granian(application: str, workers: int = 1, threads: int = THREADS) -> list[str]:
    """Return the command that serves a WSGI application on granian's own threads."""
    return ["granian", application, "--interface=wsgi", "--host=127.0.0.1", "--port={port}", f"--workers={workers}",
            f"--blocking-threads={threads}", "--no-ws", "--log-level=warning"]  # fmt: skip


def uvicorn(application: str) -> list[str]:
    """Return the command that serves an ASGI application in one process, on uvloop and httptools."""
    return ["uvicorn", application, "--port={port}", "--workers=1", "--no-access-log", "--log-level=warning"]


HEADERS = {**HTTPS, "Accept": "application/json"}


class Served(Running):
    """A running server of the code in `folder`. `cold_start` is the seconds from its start to its first response."""

    def __init__(self, command: list[str], environment: dict[str, str], probe: str, folder: Path = ROOT) -> None:
        self.port, started = free_port(), time.perf_counter()
        program, *arguments = [part.replace("{port}", str(self.port)) for part in command]
        super().__init__([str(BIN / program), *arguments], environment, lambda: self._answers(probe), folder=folder)
        self.cold_start = time.perf_counter() - started

    def _answers(self, path: str) -> bool:
        try:
            self.get(path, {})
        except ConnectionError:
            return False
        return True

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send a GET request and return the response's status and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=900)
        connection.request("GET", path, headers={**HEADERS, **headers})
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
        connection.close()
        return status, body

    def worker_megabytes(self) -> float:
        """Return the memory of the server's largest process, the worker, including shared pages."""
        root = psutil.Process(self.process.pid)
        sizes = [process.memory_info().rss for process in (root, *root.children(recursive=True))]
        return max(sizes) / 1e6
