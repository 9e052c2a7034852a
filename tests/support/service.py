"""The service as production runs it, in a process of its own, over a database server that a test may end."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from tests.plugin import ENVIRONMENT, Cluster, free_port

ROOT = Path(__file__).parents[2]
THREADS = 3


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Service:
    """granian over the application on `port`; `headers` are an API key's, `log` is what it has printed."""

    process: subprocess.Popen[bytes]

    def __init__(self, port: int, key: str, output: Path) -> None:
        self.port, self.output = port, output
        self.headers = {"Authorization": f"Bearer {key}", "X-Forwarded-Proto": "https"}

    @property
    def log(self) -> str:
        return self.output.read_text()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request with the key, on a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            given = {**self.headers, "Content-Type": "application/json", **headers}
            client.request(method, path, body and json.dumps(body), given)
            response = client.getresponse()
            return Answer(response.status, dict(response.headers), json.loads(response.read()))
        finally:
            client.close()

    def raw(self, request: bytes, *, closes: bool = False) -> bytes:
        """Send `request` as it stands; see `raw`."""
        return raw(self.port, request, closes=closes)


def raw(port: int, request: bytes, *, closes: bool = False) -> bytes:
    """Return all that comes back for `request` until the server closes or is silent for ten seconds.

    `closes`: half-close the connection after the request.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        if closes:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(TimeoutError, ConnectionError):
            while more := connection.recv(1 << 16):
                received += more
    return received


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run manage.py with the tests' settings and `environment`; return what it prints."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


@contextmanager
def serving(database: str | dict[str, str], key: str, **environment: str) -> Iterator[Service]:
    """The service over a database, which need not be there: its DATABASE_URL, or an environment that has it."""
    port = free_port()
    command = [sys.executable, "-m", "config.serve", "--port", str(port)]
    given = {"DATABASE_URL": database} if isinstance(database, str) else database
    given = {**given, "TRUST_X_FORWARDED_PROTO": "on", "PLUGINS": "", **environment}
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **ENVIRONMENT, **given}, stdout=output, stderr=subprocess.STDOUT
        )
        service = Service(port, key, Path(output.name))
        service.process = process
        try:
            _wait_for(service, process)
            yield service
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for(service: Service, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            service.ask("GET", "/healthz")
            return
        except OSError:
            assert process.poll() is None, service.log
            time.sleep(0.1)
    pytest.fail("The service did not start.")


class Database:
    """A server of its own with a migrated database, and a key of a tenant in it."""

    def __init__(self) -> None:
        self.server = Cluster()
        self.url = self.server.url_of("orders_app", "orders")
        with psycopg.connect(self.server.url_of("orders_owner"), autocommit=True) as owner:
            owner.execute("CREATE DATABASE orders")
        self.manage("migrate", "-v", "0")
        self.manage("tenant", "create", "acme")
        self.key = self.manage("apikey", "create", "acme").strip()

    def manage(self, *arguments: str) -> str:
        """What manage.py prints."""
        owner = self.server.url_of("orders_owner", "orders")
        return manage({"DATABASE_URL": self.url, "DATABASE_OWNER_URL": owner}, *arguments)

    def execute(self, sql: str) -> None:
        """Run a statement as the server's superuser."""
        with psycopg.connect(self.server.url_of("superuser", "orders"), autocommit=True) as superuser:
            superuser.execute(sql)
