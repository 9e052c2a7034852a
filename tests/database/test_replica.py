"""Reports from a streaming replica: which database is read, and what happens when the replica fails or is behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest

from harness.machine import wait_until
from harness.standby import Standby
from tests.support.service import THREADS, Answer, Database, Service, serving

pytestmark = pytest.mark.postgresql
API = "/api/v1/"
SUMMARY = f"{API}reporting/summary/?limit=10000"
SALES = f"{API}reporting/sales/?by=month&from=2026-01-01&to=2026-12-31"
PRODUCTS = f"{API}reporting/products/"
CLIENTS = 2 * THREADS  # so that some requests wait for their turn
numbers = count()


@pytest.fixture(scope="module")
def environment(standby: Standby) -> dict[str, str]:
    return {"DATABASE_REPLICA_URL": standby.url_of("orders_app", "orders"), "GRANIAN_WORKERS": "1"}


@pytest.fixture(scope="module")
def tolerant(database: Database, environment: dict[str, str]) -> Iterator[Service]:
    """A service whose replica may be two minutes behind, so that no test takes longer."""
    with serving(database.url, database.key, **environment, REPLICA_MAX_LAG_SECONDS="120") as service:
        yield service


@pytest.fixture(scope="module")
def strict(database: Database, environment: dict[str, str]) -> Iterator[Service]:
    """A service whose replica may be one second behind."""
    with serving(database.url, database.key, **environment, REPLICA_MAX_LAG_SECONDS="1") as service:
        yield service


@contextmanager
def held_back(standby: Standby) -> Iterator[None]:
    """Keep the replica in its present state inside the block."""
    standby.hold_back()
    try:
        yield
    finally:
        standby.release()
        standby.catch_up()


def last_read(standby: Standby) -> object:
    """When a report last ended on the replica; the service's check has connections of its own and no transactions."""
    return standby.execute(
        "SELECT max(state_change) FROM pg_stat_activity WHERE usename = 'orders_app' AND query = 'ROLLBACK'"
    )


def reads_replica(service: Service, standby: Standby, path: str = SUMMARY) -> bool:
    """Whether a request of the path is answered from the replica."""
    before = last_read(standby)
    assert service.ask("GET", path).status == 200
    return last_read(standby) != before


def until_it_reads_the_replica(service: Service, standby: Standby) -> None:
    standby.catch_up()
    wait_until(lambda: reads_replica(service, standby), "reports read the replica")


def new_customer(service: Service) -> int:
    """Create a customer, which the primary has from now on, and return its id."""
    body = {"email": f"customer-{next(numbers)}@example.com", "name": "Ada"}
    return service.ask("POST", f"{API}customers/", body).body["id"]


def customers_in(report: Answer) -> set[int]:
    assert report.status == 200, report
    return {row["customer_id"] for row in report.body["rows"]}


@pytest.mark.parametrize("path", [SUMMARY, f"{SUMMARY}&from=2026-01-01", SALES, PRODUCTS, f"{PRODUCTS}?to=2026-12-31"])
def test_reports_read_the_replica(tolerant, standby, path):
    until_it_reads_the_replica(tolerant, standby)

    assert reads_replica(tolerant, standby, path)


@pytest.mark.parametrize("path", [f"{API}customers/", f"{API}orders/", f"{API}items/", f"{API}tenant/"])
def test_everything_else_reads_the_primary(tolerant, standby, path):
    until_it_reads_the_replica(tolerant, standby)

    assert not reads_replica(tolerant, standby, path)


def test_a_report_shows_the_replicas_rows_and_a_list_those_of_the_primary(tolerant, standby):
    until_it_reads_the_replica(tolerant, standby)
    with held_back(standby):
        customer = new_customer(tolerant)

        assert customer not in customers_in(tolerant.ask("GET", SUMMARY))
        assert tolerant.ask("GET", f"{API}customers/{customer}/").status == 200


def test_statements_on_the_replica_are_counted(tolerant, standby):
    until_it_reads_the_replica(tolerant, standby)
    answer = tolerant.ask("GET", SUMMARY)
    lines = [line for line in tolerant.log.splitlines() if answer.headers["x-request-id"] in line]

    assert '"statements": 1' in "".join(lines)


def test_row_security_applies_on_the_replica(database, tolerant, standby):
    database.manage("tenant", "create", "globex")
    foreign = database.manage("apikey", "create", "globex").strip()
    own = new_customer(tolerant)
    until_it_reads_the_replica(tolerant, standby)

    theirs = tolerant.ask("GET", SUMMARY, Authorization=f"Bearer {foreign}")
    assert own in customers_in(tolerant.ask("GET", SUMMARY))
    assert customers_in(theirs) == set()
    with psycopg.connect(standby.url_of("orders_app", "orders")) as app:
        assert app.execute("SELECT count(*) FROM customers_customer").fetchone() == (0,)
        app.execute("SELECT set_config('app.tenant_id', id::text, true) FROM tenancy_tenant WHERE slug = 'globex'")
        assert app.execute("SELECT count(*) FROM customers_customer").fetchone() == (0,)
        app.execute("SELECT set_config('app.tenant_id', id::text, true) FROM tenancy_tenant WHERE slug = 'acme'")
        assert app.execute("SELECT count(*) > 0 FROM customers_customer").fetchone() == (True,)


def test_sales_of_stale_buckets_are_right_on_the_replica(database, tolerant, standby):
    """So many buckets are stale that the report has them renewed, which only the primary can do."""
    until_it_reads_the_replica(tolerant, standby)
    customer = new_customer(tolerant)
    for _ in range(20):
        lines = [{"sku": "TEA", "quantity": 2, "unit_price_cents": 50}]
        order = tolerant.ask("POST", f"{API}orders/", {"customer": customer, "items": lines}).body["id"]
        assert tolerant.ask("POST", f"{API}orders/{order}/pay/").status == 200
    database.execute("UPDATE orders_order SET paid_at = '2026-02-01Z'::timestamptz + id * interval '1 hour'")
    standby.catch_up()
    stale = "SELECT count(*) > 16 FROM reporting_stalebuckets"
    with psycopg.connect(database.server.url_of("superuser", "orders"), autocommit=True) as primary:
        assert primary.execute(stale).fetchone() == (True,)
        with held_back(standby):
            assert reads_replica(tolerant, standby, SALES)
            wait_until(lambda: primary.execute(stale).fetchone() == (False,), "the buckets are renewed")
            assert standby.execute(stale, "orders") == [(True,)]
            before = [tolerant.ask("GET", path).body["rows"] for path in (SALES, PRODUCTS)]
    assert reads_replica(tolerant, standby, SALES)
    after = [tolerant.ask("GET", path).body["rows"] for path in (SALES, PRODUCTS)]

    assert standby.execute(stale, "orders") == [(False,)]
    assert sum(row["total_cents"] for row in before[0]) == 2000
    assert [row["pieces"] for row in before[1]] == [40]
    assert after == before


def stop(standby: Standby) -> Callable[[], None]:
    standby.halt("fast")
    return standby.start


def freeze(standby: Standby) -> Callable[[], None]:
    standby.freeze()
    return standby.thaw


def hold_back(standby: Standby) -> Callable[[], None]:
    standby.hold_back()
    return standby.release


def disconnect(standby: Standby) -> Callable[[], None]:
    """Have the replica receive nothing: it has replayed all that it knows of, and does not notice that it is behind."""
    conninfo = standby.execute("SHOW primary_conninfo")[0][0]
    standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
    standby.execute("SELECT pg_reload_conf()")

    def connect() -> None:
        quoted = conninfo.replace("'", "''")
        standby.execute(f"ALTER SYSTEM SET primary_conninfo = '{quoted}'")
        standby.execute("SELECT pg_reload_conf()")

    return connect


@pytest.mark.parametrize("fail", [stop, freeze, hold_back, disconnect])
def test_while_the_replica_fails_reports_read_the_primary(strict, standby, fail):
    """No request fails, not even one in flight, and the replica is read again once it has caught up."""
    until_it_reads_the_replica(strict, standby)
    answers, seen = list[Answer](), len(strict.log)

    def ask_until(end: float) -> None:
        while time.monotonic() < end:
            answers.append(strict.ask("GET", SUMMARY))  # raises TimeoutError after ten seconds

    with ThreadPoolExecutor(CLIENTS) as threads:
        crowd = [threads.submit(ask_until, time.monotonic() + 6) for _ in range(CLIENTS)]
        wait_until(lambda: len(answers) > 50, "the server's threads have connections to the replica")
        repair = fail(standby)
        try:
            customer = new_customer(strict)
            wait_until(lambda: customer in customers_in(strict.ask("GET", SUMMARY)), "reports read the primary")
            for end in crowd:
                end.result()
            for _ in range(10):
                assert customer in customers_in(strict.ask("GET", SUMMARY))
        finally:
            repair()
    until_it_reads_the_replica(strict, standby)

    assert {answer.status for answer in answers} == {200}
    assert fail is not freeze or "The replica failed; reading the primary" in strict.log[seen:]


def test_a_report_that_fails_on_the_replica_alone_is_repeated_on_the_primary(database, tolerant, standby):
    """The replica has replayed a lock of the primary, but not its end. It responds, and the report times out there."""
    until_it_reads_the_replica(tolerant, standby)
    with psycopg.connect(database.server.url_of("superuser", "orders")) as primary:
        primary.execute("LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE")
        standby.catch_up()
        standby.hold_back()
    try:
        seen = len(tolerant.log)
        customer = new_customer(tolerant)

        assert customer in customers_in(tolerant.ask("GET", SUMMARY))
        assert "The replica failed; reading the primary: LockNotAvailable" in tolerant.log[seen:]
    finally:
        standby.release()


def test_each_change_is_logged_once(strict, standby):
    until_it_reads_the_replica(strict, standby)
    seen = len(strict.log)
    standby.freeze()
    wait_until(lambda: "not the replica" in strict.log[seen:], "the change is logged")
    for _ in range(10):
        strict.ask("GET", SUMMARY)
    standby.thaw()
    until_it_reads_the_replica(strict, standby)
    lines = [line for line in strict.log[seen:].splitlines() if "replica_check" in line]

    assert len(lines) == 2
    assert "Reports read the primary, not the replica: it does not answer (nothing within 1 s)" in lines[0]
    assert "Reports read the replica" in lines[1]
