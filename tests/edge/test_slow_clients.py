"""Slow or stalled clients (slowloris, slow bodies): others are served meanwhile, and SIGTERM stops the service."""

from __future__ import annotations

import re
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from apps.api.edge.bodies import SECONDS
from harness.machine import missing_programs
from tests.support.service import Service, manage, serving

CUSTOMERS = "/api/v1/customers/"
PROMISED = 1  # seconds within which others get a response
UNFINISHED = "POST /api/v1/customers/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: 100\r\n\r\n{{"


@pytest.fixture(scope="module")
def globex(service, environment) -> Service:
    """The same service with a key of globex's."""
    manage(environment, "tenant", "create", "globex")
    return Service(service.running, service.port, manage(environment, "apikey", "create", "globex").strip())


@contextmanager
def connected(port: int, count: int, sent: str = "") -> Iterator[list[socket.socket]]:
    """Open `count` connections that send `sent` and never complete the request."""
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            connection.sendall(sent.encode())
            connections.append(connection)
        yield connections


def unfinished(service: Service | None = None) -> str:
    headers = service.headers if service else {"X-Forwarded-Proto": "https"}
    return UNFINISHED.format(headers="".join(f"{name}: {value}\r\n" for name, value in headers.items()))


def others_are_served(service: Service, probes: int = 10) -> None:
    """Assert that repeated requests to /healthz and for a list are answered in time."""
    for path in ["/healthz", CUSTOMERS] * probes:
        started = time.monotonic()
        assert service.ask("GET", path).status == 200
        assert time.monotonic() - started < PROMISED
        time.sleep(0.05)


@pytest.mark.parametrize("count", [6, 12, 100])
def test_unauthenticated_request_is_401_without_reading_its_body(service, globex, count):
    with connected(service.port, count, unfinished()) as connections:
        others_are_served(globex)
        answers = [connection.recv(1 << 16)[:13] for connection in connections]

    assert answers == [b"HTTP/1.1 401 "] * count


def test_slow_body_times_out_and_delays_no_other_tenant(service, globex):
    with connected(service.port, 100, unfinished(service)) as connections:
        started = time.monotonic()
        others_are_served(globex)
        refused = service.ask("GET", CUSTOMERS)
        select.select(connections, [], [], SECONDS + 10)
        waited = time.monotonic() - started
        answers = [connection.recv(1 << 16)[:13] for connection in connections]

    # A tenant may have a hundred requests in progress.
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert SECONDS - 5 < waited < SECONDS + 10
    assert answers == [b"HTTP/1.1 408 "] * 100
    assert service.ask("GET", CUSTOMERS).status == 200


def test_silent_connections_do_not_delay_others(service, globex):
    with connected(service.port, 1_000):
        others_are_served(globex)


# slowhttptest: header, body, range and slow-read attack. -c connections, -r new ones per second, -l duration in
# seconds, -p timeout of its probe in seconds.
MODES = {
    "header": ["-H", "-i", "1"],
    "body": ["-B", "-i", "1", "-s", "8192", "-t", "POST"],
    "range": ["-R", "-a", "10", "-b", "3000"],
    "read": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "10", "-k", "3"],
}


@pytest.mark.skipif(shutil.which("slowhttptest") is None, reason=" ".join(missing_programs()))
@pytest.mark.parametrize("mode", MODES)
def test_slowhttptest_does_not_delay_others(service, globex, mode):
    command = [
        "slowhttptest",
        *MODES[mode],
        *["-c", "300", "-r", "300", "-l", "4", "-p", "1", "-u"],
        f"http://127.0.0.1:{service.port}/",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attack:
        others_are_served(globex)
        seen, _ = attack.communicate(timeout=30)

    # slowhttptest probes the service too.
    assert set(re.findall(r"service available:[^YN]*(YES|NO)", seen)) == {"YES"}


def test_sigterm_stops_the_service_despite_slow_clients(environment):
    key = manage(environment, "apikey", "create", "acme").strip()
    with serving(environment, key) as service, ExitStack() as clients:
        for sent in (unfinished(), unfinished(service), "", "GET / HTTP/1.1\r\n"):
            clients.enter_context(connected(service.port, 50, sent))
        service.ask("GET", CUSTOMERS)
        started = time.monotonic()

        service.process.terminate()
        status = service.process.wait(60)

    assert time.monotonic() - started < 30
    assert status == 0
