"""The production server in a separate process, with a database server that a test may stop."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg

from harness import processes
from harness.environment import PRODUCTION, TESTS
from harness.machine import free_port
from harness.postgresql import Cluster
from harness.processes import Running, is_served

THREADS = 3


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Service:
    """The production server on `port`; `headers` contain an API key."""

    def __init__(self, running: Running, port: int, key: str) -> None:
        self.running, self.port = running, port
        self.headers = {"Authorization": f"Bearer {key}", "X-Forwarded-Proto": "https"}

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.running.process

    @property
    def log(self) -> str:
        """The server's output so far."""
        return self.running.log

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request with the key on a new connection."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            fields = {**self.headers, "Content-Type": "application/json", **headers}
            client.request(method, path, body and json.dumps(body), fields)
            response = client.getresponse()
            return Answer(response.status, dict(response.headers), json.loads(response.read()))
        finally:
            client.close()

    def raw(self, request: bytes, *, closes: bool = False) -> bytes:
        """Send `request` verbatim; see `raw`."""
        return raw(self.port, request, closes=closes)


def raw(port: int, request: bytes, *, closes: bool = False) -> bytes:
    """Return the response to `request`, read until the server closes or is silent for ten seconds.

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
    return processes.manage({**TESTS, **environment}, *arguments)


@contextmanager
def serving(database: str | dict[str, str], key: str, **environment: str) -> Iterator[Service]:
    """Run the service; `database` is a DATABASE_URL, or an environment with one. The database need not be up."""
    port = free_port()
    database = {"DATABASE_URL": database} if isinstance(database, str) else database
    command = [*processes.SERVE, "--port", str(port)]
    running = Running(command, {**PRODUCTION, **database, **environment}, lambda: is_served(port))
    try:
        yield Service(running, port, key)
    finally:
        was_running = running.process.poll() is None
        status = running.stop()
    assert not (was_running and status == -signal.SIGKILL), f"The service did not end on SIGTERM. {running.log}"


class Database:
    """A separate PostgreSQL server with a migrated database, one tenant and its key."""

    def __init__(self) -> None:
        self.server = Cluster()
        self.environment = self.server.new_database("orders")
        self.url = self.environment["DATABASE_URL"]
        self.manage("migrate", "-v", "0")
        self.manage("tenant", "create", "acme")
        self.key = self.manage("apikey", "create", "acme").strip()

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run manage.py on it; return what it prints."""
        return manage({**self.environment, **environment}, *arguments)

    def execute(self, sql: str) -> None:
        """Run a statement as the server's superuser."""
        with psycopg.connect(self.server.url_of("superuser", "orders"), autocommit=True) as superuser:
            superuser.execute(sql)
