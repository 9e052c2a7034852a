"""Server processes: started, waited for, looked at, stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.data import ROOT
from tests.plugin import free_port

THREADS = 3  # of a worker: as granian serves this service fastest (see servers.py)
CONNECTIONS = 4  # of the client
BIN = Path(sys.executable).parent


# What `make serve` runs.
PRODUCT = ["python", "-m", "config.serve", "--host=127.0.0.1", "--port={port}", "--log-level=warning"]


def granian(application: str, workers: int = 1, threads: int = THREADS) -> list[str]:
    """A WSGI application on granian's own threads."""
    return ["granian", application, "--interface=wsgi", "--host=127.0.0.1", "--port={port}", f"--workers={workers}",
            f"--blocking-threads={threads}", "--no-ws", "--log-level=warning"]  # fmt: skip


UVICORN = ["uvicorn", "bench.peers.fastapi_app:app", "--port={port}", "--workers=1", "--no-access-log",
           "--log-level=warning"]  # fmt: skip
HEADERS = {"X-Forwarded-Proto": "https", "Accept": "application/json"}


class Served:
    """A running server of the code in `folder`; `cold_start` is the seconds from its start to its first answer."""

    def __init__(self, command: list[str], environment: dict[str, str], probe: str, folder: Path = ROOT) -> None:
        self.port, started = free_port(), time.perf_counter()
        command = [part.replace("{port}", str(self.port)) for part in command]
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the server runs
        self.process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]], cwd=folder, stdout=self._log, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(folder), **environment},
            start_new_session=True,  # Ctrl-C is for us: granian, told twice, took 10 s to end
        )  # fmt: skip
        try:
            while not self._answers(probe):
                if self.process.poll() is not None or time.perf_counter() - started > 60:
                    self._log.seek(0)
                    raise RuntimeError(f"{command} does not serve: {self._log.read()[-3000:]}")
                time.sleep(0.005)
        except BaseException:
            self.stop()
            raise
        self.cold_start = time.perf_counter() - started

    def _answers(self, path: str) -> bool:
        try:
            self.get(path, {})
        except ConnectionError:
            return False
        return True

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """The status and body of one request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=900)
        connection.request("GET", path, headers={**HEADERS, **headers})
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
        connection.close()
        return status, body

    def worker_megabytes(self) -> float:
        """Memory of the process that answers, the biggest of the server's: pages that it alone has or shares."""
        root = psutil.Process(self.process.pid)
        sizes = [process.memory_info().rss for process in (root, *root.children(recursive=True))]
        return max(sizes) / 1e6

    def stop(self) -> None:
        """Stop it and what it started."""
        if self.process.poll() is None:
            family = [*psutil.Process(self.process.pid).children(recursive=True), self.process]
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                for process in family:
                    process.kill()
                self.process.wait()
        self._log.close()
