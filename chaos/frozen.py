"""A frozen host: a second server is suspended while its transaction holds a row lock, and others must continue."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import psycopg

from chaos.clients import ORDERS, Answer, crowd
from chaos.stage import Server, Stage
from chaos.verdict import Verdict
from harness.concurrency import at_once
from harness.machine import wait_until
from harness.processes import HTTPS, is_served


def host_frozen(stage: Stage, clients: int, most_seconds: float = 4) -> Verdict:
    """Each client tries once to pay an order whose row a frozen host has locked; then one retries until it succeeds."""
    verdict = Verdict(
        f"A host frozen while it holds an order: {clients} payments elsewhere get a 503, /healthz a 200", stage.database
    )
    with crowd(stage, clients) as own:
        order = own[0].new_order(own[0].new_customer(f"{uuid.uuid4().hex}@example.com"))
        path = f"{ORDERS}{order}/pay/"
        at_once(clients, lambda n: own[n].send("GET", f"{ORDERS}{order}/"))  # opens the service's database connections

        def pay(n: int) -> tuple[Answer, float]:
            started = time.monotonic()
            return own[n].send("POST", path), time.monotonic() - started

        with _frozen_payer(stage, path):
            with _probes(stage) as probes:
                answers = at_once(clients, pay)
            paid = own[0].insist("POST", path, None, uuid.uuid4().hex)
    events = stage.rows(f"SELECT count(*) FROM orders_orderevent WHERE order_id = {order}")
    refused = [answer for answer, _ in answers if answer.status == 503 and "Retry-After" in answer.headers]
    verdict.equal("503 with Retry-After", len(refused), clients)
    verdict.at_most("seconds until the last of them", round(max(seconds for _, seconds in answers), 1), most_seconds)
    verdict.at_least("probes of /healthz meanwhile", len(probes), 10)
    verdict.equal("of them other than 200", probes.count(False), 0)
    verdict.equal("paid once the database has ended the frozen transaction", paid.status, 200)
    verdict.equal("payments of the order", events[0][0], 1)
    verdict.equal("drift in cents", stage.drift_cents(), 0)
    return verdict


@contextmanager
def _frozen_payer(stage: Stage, path: str) -> Iterator[None]:
    """Freeze a second server on the same database in the middle of a payment: inside the block it locks the order."""
    peer = Server(stage.environment, workers=1)
    client = HTTPConnection("127.0.0.1", peer.port)
    try:
        with psycopg.connect(stage.environment["DATABASE_OWNER_URL"]) as owner:
            # A payment updates the order, then writes its event. This lock stops it in between, until it is frozen.
            owner.execute("LOCK TABLE orders_orderevent IN SHARE MODE")
            client.request("POST", path, headers={**HTTPS, "Authorization": f"Bearer {stage.keys[0]}"})
            wait_until(lambda: _waiting(stage), "the peer has the order", seconds=2)
            os.killpg(peer.process.pid, signal.SIGSTOP)
        wait_until(lambda: not _waiting(stage), "the peer's transaction is idle")
        yield
    finally:
        os.killpg(peer.process.pid, signal.SIGKILL)
        peer.process.wait()
        client.close()


def _waiting(stage: Stage) -> int:
    return stage.rows("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0]


@contextmanager
def _probes(stage: Stage) -> Iterator[list[bool]]:
    """Request /healthz repeatedly while the block runs, and record whether each response was a 200 within a second."""
    served, done = list[bool](), threading.Event()

    def probe() -> None:
        while not done.wait(0.1):
            served.append(is_served(stage.server.port, seconds=1))

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield served
    finally:
        done.set()
        thread.join()
