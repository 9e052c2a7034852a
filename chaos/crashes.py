"""Crashes during writes: clients retry, and the database must contain each change once, as finally acknowledged."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from contextlib import suppress
from http.client import HTTPException

from chaos.clients import ORDERS, Answer, crowd, order, server_errors, total
from chaos.load import WRITTEN, Load
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.machine import wait_until
from harness.postgresql import Cluster

WRITERS = 8


def postgresql_killed(cluster: Cluster, stage: Stage, kills: int, longest_down: float = 3) -> Verdict:
    """Kill the stage's `cluster` under load `kills` times, and restart it after at most `longest_down` seconds."""
    verdict = Verdict("PostgreSQL killed under write load: nothing acknowledged is lost or doubled", stage.database)
    durable = [stage.rows(f"SHOW {name}")[0][0] for name in ("fsync", "synchronous_commit", "full_page_writes")]
    with Load(stage, WRITERS) as load:
        in_flight = load.kill(cluster, kills, longest_down)
    verdict.equal("fsync, synchronous_commit, full_page_writes", ", ".join(durable), "on, on, on")
    verdict.note("kills", kills)
    verdict.at_least("requests under way at each kill, at least", in_flight, 1)
    verdict.at_least("503 while it was down", total(load.clients)[503], 1)
    verdict.equal("500", total(load.clients)[500], 0)
    load.audit(verdict)
    return verdict


def worker_killed(stage: Stage, kills: int) -> Verdict:
    """Kill the server's oldest worker `kills` times; the server starts a new one each time.

    The youngest is spared: if a worker dies within 5.5 seconds of its start, granian assumes a crash loop and exits.
    """
    verdict = Verdict("Web worker killed under write load: nothing acknowledged is lost or doubled", stage.database)
    under_way, server = [], stage.server
    with Load(stage, WRITERS) as load:
        for _ in range(kills):
            load.wait_for_orders(WRITERS)
            before = server.workers()
            under_way.append(load.waiting)
            os.kill(before[0], signal.SIGKILL)
            wait_until(lambda known=set(before): len(set(server.workers()) - known) == 1, "another worker")
        load.wait_for_orders(WRITERS)
    verdict.at_least("kills", len(under_way), kills)
    verdict.at_least("requests under way at each kill, at least", min(under_way), 1)
    # A kill may hit a worker without connections, so with few kills no request may be cut off.
    verdict.at_least("requests cut off", total(load.clients)[0], kills // 10)
    verdict.equal("5xx", server_errors(total(load.clients)), 0)
    load.audit(verdict)
    return verdict


def server_stopped(stage: Stage, requests: int) -> Verdict:
    """Send SIGTERM while `requests` wait for the database, start a new server, and send all of them again."""
    verdict = Verdict("SIGTERM with requests in flight: each finishes, or is made once when sent again", stage.database)
    name, answers = uuid.uuid4().hex[:8], dict[int, Answer]()
    with crowd(stage, requests) as clients:
        customer = clients[0].new_customer(f"{name}@example.com")
        bodies = [order(customer, f"{name}-{number}") for number in range(requests)]

        def send(n: int) -> None:
            with suppress(OSError, HTTPException):
                answers[n] = clients[n].send("POST", ORDERS, bodies[n], Idempotency_Key=f"{name}-{n}")

        threads = [threading.Thread(target=send, args=(n,)) for n in range(requests)]
        with stage.standstill():
            for thread in threads:
                thread.start()
            wait_until(lambda: sum(client.is_waiting for client in clients) == requests, "every request is under way")
            time.sleep(0.5)  # for the requests to reach the database
            stage.server.process.terminate()
            time.sleep(0.5)
            early = len(answers)
        for thread in threads:
            thread.join()
        status = stage.server.end()
        stage.server.start()
        again = [clients[n].insist("POST", ORDERS, bodies[n], f"{name}-{n}") for n in range(requests)]
    rows = sorted((reference, row[0]) for reference, *row in stage.rows(WRITTEN.format(load=name)))
    told = sorted((f"{name}-{n}", answer.json.get("id")) for n, answer in enumerate(again))
    verdict.equal("answered before the signal", early, 0)
    verdict.at_least("in flight, then answered", sum(answer.status == 201 for answer in answers.values()), 1)
    verdict.note("in flight, then cut off", requests - len(answers))
    verdict.equal("5xx", sum(answer.status >= 500 for answer in [*answers.values(), *again]), 0)
    verdict.equal("201 when sent again", sum(answer.status == 201 for answer in again), requests)
    verdict.equal("told something else then", sum(again[n].body != answer.body for n, answer in answers.items()), 0)
    verdict.equal("orders", len(rows), requests)
    verdict.equal("orders other than told", len(set(rows) ^ set(told)), 0)
    verdict.equal("the server's exit status", status, 0)
    verdict.equal("drift in cents", stage.drift_cents(), 0)
    return verdict
