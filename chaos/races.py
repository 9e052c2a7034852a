"""Races: many clients change one order, use one idempotency key, edit one row, or write to one database."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

from chaos.clients import ORDERS, Answer, Client, crowd, order, server_errors, total
from chaos.load import WRITTEN, Load
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.concurrency import at_once
from harness.machine import wait_until


def cancels(stage: Stage, clients: int, rounds: int) -> Verdict:
    """`clients` cancel one order at once, every second with one Idempotency-Key that they share; `rounds` orders."""
    verdict = Verdict(f"{clients} cancels of one order at once: one is made", stage.database)
    made, events, replayed, refused = [], [], 0, 0
    with crowd(stage, clients) as own:
        customer = own[0].new_customer(f"{uuid.uuid4().hex}@example.com")
        for _ in range(rounds):
            number = own[0].new_order(customer)
            answers = _cancel(own, number)
            made.append(sum(answer.status == 200 and not answer.is_replay for answer in answers))
            replayed += sum(answer.is_replay for answer in answers)
            refused += sum(answer.status == 409 for answer in answers)
            events += stage.rows(f"SELECT count(*) FROM orders_orderevent WHERE order_id = {number}")
    verdict.note("orders", rounds)
    verdict.equal("transitions of each", sorted(set(made)), [1])
    verdict.equal("events of each", sorted({count for (count,) in events}), [1])
    verdict.note("409", refused)
    verdict.note("replays", replayed)
    verdict.equal("other answers", rounds * clients - refused - replayed - sum(made), 0)
    return verdict


def _cancel(clients: list[Client], number: int) -> list[Answer]:
    for client in clients:
        client.connect()
    key = {"Idempotency_Key": f"cancel-{number}"}
    path = f"{ORDERS}{number}/cancel/"
    return at_once(len(clients), lambda n: clients[n].send("POST", path, **(key if n % 2 else {})))


def retries(stage: Stage, times: int) -> Verdict:
    """Send one POST with one key `times` times, half of them at once. Then do the same with a
    request whose clients disconnected before its response."""
    verdict = Verdict(
        f"One POST sent {times} times with one key, also after clients hung up: one order", stage.database
    )
    name = uuid.uuid4().hex[:8]
    orders, bodies, unheard = [], [], 0

    def made(reference: str) -> int:
        return sum(row[0] == reference for row in stage.rows(WRITTEN.format(load=name)))

    with crowd(stage, times // 2) as clients:
        customer = clients[0].new_customer(f"{name}@example.com")
        for reference in (f"{name}-heard", f"{name}-unheard"):
            body = order(customer, reference)
            if reference.endswith("unheard"):
                _hang_up_on(stage, body, reference)
                wait_until(lambda: made(f"{name}-unheard"), "the order that nobody was told of")
                unheard = made(reference)
            answers = at_once(len(clients), lambda n, b=body, r=reference: clients[n].insist("POST", ORDERS, b, r))
            answers += [client.insist("POST", ORDERS, body, reference) for client in clients]
            bodies.append(len({(answer.status, answer.body) for answer in answers}))
            orders.append(made(reference))
    verdict.equal("orders after clients hung up and before anyone asked again", unheard, 1)
    verdict.equal("orders of each key", orders, [1, 1])
    verdict.equal("different answers to each", bodies, [1, 1])
    verdict.equal("5xx", server_errors(total(clients)), 0)
    verdict.statuses(total(clients))
    return verdict


def _hang_up_on(stage: Stage, body: Any, key: str) -> None:
    with stage.standstill():
        for _ in range(3):
            impatient = Client(stage)
            impatient.begin("POST", ORDERS, body, Idempotency_Key=key)
            time.sleep(0.2)  # for the request to reach the database, where it waits
            impatient.hang_up()


def editors(stage: Stage, clients: int, edits: int, of: str) -> Verdict:
    """`clients` each change one row `edits` times, an "order" or "customer": read it, send it back with If-Match."""
    verdict = Verdict(
        f"{clients} editors of one {of} with If-Match: each saw the change before its own", stage.database
    )
    based_on: dict[str, str] = {}  # the ETag that its editor had read, by the ETag of each change
    together = threading.Barrier(clients, timeout=60)
    with crowd(stage, clients) as own:
        customer = own[0].new_customer(f"{uuid.uuid4().hex}@example.com")
        path = f"{ORDERS}{own[0].new_order(customer)}/" if of == "order" else f"/api/v1/customers/{customer}/"
        first = own[0].send("GET", path).headers["ETag"]

        def edit(n: int) -> int:
            done = 0
            for attempt in range(clients * edits):  # Each failed attempt means that another editor succeeded.
                read = own[n].send("GET", path)
                if attempt == 0:
                    together.wait()  # All editors have now read the same state.
                answer = own[n].send("PATCH", path, _one_more(of, read.json), If_Match=read.headers["ETag"])
                if answer.status == 200:
                    based_on[answer.headers["ETag"]] = read.headers["ETag"]
                    done += 1
                if done == edits:
                    break
            return done

        done = sum(at_once(clients, edit))
        last = own[0].send("GET", path)
    tag, chain = last.headers["ETag"], 0
    while tag != first and tag in based_on:
        tag, chain = based_on.pop(tag), chain + 1
    verdict.equal("changes made", done, clients * edits)
    verdict.equal("in one line from the first to the last", chain, done)
    verdict.equal("changes in the row", _count(of, last.json), done)
    verdict.at_least("412", total(own)[412], clients - 1)
    verdict.equal("5xx", server_errors(total(own)), 0)
    return verdict


def _one_more(of: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return the change of an editor who has read `row`: it adds one, so that an overwritten change is missing."""
    if of == "customer":
        return {"name": str(int(row["name"]) + 1)}
    item = row["items"][0]
    return {"items": [{**item, "quantity": item["quantity"] + 1}]}


def _count(of: str, row: dict[str, Any]) -> int:
    return int(row["name"]) if of == "customer" else row["items"][0]["quantity"] - 1


def writers(stage: Stage, clients: int, orders: int) -> Verdict:
    """`clients` create and pay orders concurrently, until `orders` are paid."""
    verdict = Verdict(f"{clients} writers at once: nobody is told that the database is locked", stage.database)
    with Load(stage, clients) as load:
        load.wait_for_orders(orders)
    if not stage.is_postgresql:
        verdict.equal("journal", stage.rows("PRAGMA journal_mode")[0][0], "wal")
    verdict.equal("5xx", server_errors(total(load.clients)), 0)
    load.audit(verdict)
    return verdict
