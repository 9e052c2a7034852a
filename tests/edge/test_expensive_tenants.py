"""A tenant with many expensive requests: other tenants are served meanwhile, and requests over its limits are 503."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from apps.api.edge.server import ROOM, SHARE
from tests.support.service import Service, manage

LIST, ITEMS = "/api/v1/customers/", "/api/v1/items/"
REPORT = "/api/v1/reporting/products/?limit=10000"
PROMISED = 1  # seconds within which other tenants get a response


@pytest.fixture(scope="module")
def globex(service, environment) -> Service:
    """The same service with a key of globex's. Acme has 5,000 orders."""
    plugged = {**environment, "PLUGINS": "apps.devtools"}
    manage(plugged, "seed", "--tenant", "acme", "--customers", "1000", "--orders-per-customer", "5")
    manage(environment, "tenant", "create", "globex")
    return Service(service.running, service.port, manage(environment, "apikey", "create", "globex").strip())


def other_is_served(other: Service, probes: int = 50) -> None:
    """Assert that repeated requests for another tenant's list are answered in time."""
    for _ in range(probes):
        started = time.monotonic()
        assert other.ask("GET", LIST).status == 200
        assert time.monotonic() - started < PROMISED


def test_abandoned_reports_do_not_delay_other_tenants(service, globex):
    lines = [f"GET {REPORT} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {it}" for name, it in service.headers.items())]
    for _ in range(150):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    other_is_served(globex)


def test_open_reports_do_not_delay_other_tenants(service, globex):
    with ThreadPoolExecutor(24) as threads:
        reports = [threads.submit(service.ask, "GET", REPORT) for _ in range(3 * 24)]
        other_is_served(globex)
        answers = [report.result() for report in reports]

    assert {answer.status for answer in answers} <= {200, 503}
    assert answers[0].status == 200
    assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status == 503)


@contextmanager
def items_table_locked(environment: dict[str, str]) -> Iterator[None]:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as owner:
        owner.execute("LOCK TABLE orders_item")
        yield


@pytest.mark.postgresql
def test_requests_over_a_tenants_thread_and_queue_limits_are_503(service, globex, environment):
    with ThreadPoolExecutor(ROOM + 20) as threads, items_table_locked(environment):
        sent = [threads.submit(service.ask, "GET", ITEMS) for _ in range(ROOM + 20)]
        other_is_served(globex)
        time.sleep(4)  # longer than both the queue timeout and PostgreSQL's lock_timeout
        done = Counter(future.result().status for future in sent if future.done())

    after = {future.result().status for future in sent}
    refused = [future.result() for future in sent if future.result().status == 503]
    assert done[503] >= ROOM + 20 - SHARE
    assert after <= {200, 503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert service.ask("GET", ITEMS).status == 200
