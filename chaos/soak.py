"""Soak test: mixed load from several tenants, compressed into minutes.

It detects leaks of memory, connections and file descriptors.
"""

from __future__ import annotations

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple

from chaos.clients import ORDERS, Client, crowd, order, server_errors, total
from chaos.stage import Stage
from chaos.verdict import Verdict

CLIENTS = 2  # of each tenant
FINE = {200, 201, 304, 409, 412}  # 409: the move came too late; 412: another client was faster


class Sample(NamedTuple):
    megabytes: float
    connections: int
    descriptors: int


def soak(stage: Stage, seconds: float, rest: float = 0, most_growth: float = 0.05) -> Verdict:
    """Run mixed load of all tenants for `seconds`, with a `rest` after each fifth. The first fifth is warm-up.

    A rest longer than the server's 30-second idle timeout makes it replace its threads. `most_growth` limits the growth
    of memory.
    """
    minutes = f"{seconds / 60:.0f} minutes" if seconds >= 60 else f"{seconds:g} seconds"
    tenants = len(stage.keys)
    verdict = Verdict(f"{minutes} of mixed load, {tenants} tenants: no 5xx, nothing grows", stage.database)
    started, samples = time.monotonic(), list[Sample]()
    ends = [started + number * (seconds / 5 + rest) for number in range(1, 6)]

    def use(client: Client) -> None:
        visitor = Visitor(client)
        for end in ends:
            while time.monotonic() < end - rest:
                visitor.do_something()
            if rest:
                client.hang_up()  # The server would close the connection after 30 seconds.
                time.sleep(max(0, end - time.monotonic()))

    with crowd(stage, CLIENTS * tenants, tenants) as clients, ThreadPoolExecutor(len(clients)) as threads:
        visits = [threads.submit(use, client) for client in clients]
        while not any(visit.done() for visit in visits):
            time.sleep(max(seconds / 300, 0.05))
            samples.append(Sample(stage.server.megabytes(), connections(stage), stage.server.descriptors()))
        for visit in visits:
            visit.result()
    fifth = max(1, len(samples) // 5)
    warm, last = samples[fifth : 2 * fifth], samples[-fifth:]
    before, after = (median(sample.megabytes for sample in part) for part in (warm, last))
    found = total(clients)
    verdict.at_least("requests", found.total(), len(clients))
    verdict.statuses(found)
    verdict.equal("5xx", server_errors(found), 0)
    verdict.equal("unexpected answers", sum(count for status, count in found.items() if status not in FINE), 0)
    verdict.note("MB of the workers when warm", round(before, 1))
    verdict.at_most("growth from then to the end, %", round(100 * (after / before - 1), 1), 100 * most_growth)
    most_connections = max(sample.connections for sample in samples)
    verdict.at_most("most connections, one a thread", most_connections, stage.server.threads)
    verdict.note("descriptors when warm", max(sample.descriptors for sample in warm))
    most = max(sample.descriptors for sample in warm) + stage.server.threads
    verdict.at_most("descriptors at the end", max(sample.descriptors for sample in last), most)
    verdict.equal("drift in cents", stage.drift_cents(), 0)
    return verdict


def connections(stage: Stage) -> int:
    """Return the number of the service's connections to PostgreSQL; 0 on SQLite."""
    if not stage.is_postgresql:
        return 0
    return stage.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'orders_app' AND datname = current_database()"
    )[0][0]


class Visitor:
    """A client that performs random actions on the orders of one customer."""

    def __init__(self, client: Client) -> None:
        self._client, self._chance = client, random.Random()
        self._email = f"{uuid.uuid4().hex}@example.com"
        self._customer = client.new_customer(self._email)
        self._orders = [client.new_order(self._customer)]

    def do_something(self) -> None:
        """Perform a random action of one or two requests."""
        action, number = self._chance.choice(ACTIONS), self._chance.choice(self._orders[-20:])
        getattr(self, f"_{action}")(number)

    def _list(self, number: int) -> None:
        filters = ["", "?status=paid&page_size=5", f"?email={self._email}", "?ordering=-total_cents&count=true"]
        self._client.send("GET", ORDERS + self._chance.choice(filters))

    def _read(self, number: int) -> None:
        tag = self._client.send("GET", f"{ORDERS}{number}/").headers["ETag"]
        self._client.send("GET", f"{ORDERS}{number}/", If_None_Match=tag)

    def _report(self, number: int) -> None:
        reports = ("summary/?limit=5", "sales/?by=month&from=2026-01-01&to=2026-12-31", "products/?limit=3")
        self._client.send("GET", f"/api/v1/reporting/{self._chance.choice(reports)}")

    def _create(self, number: int) -> None:
        key = uuid.uuid4().hex
        for _ in range(self._chance.choice((1, 2))):
            answer = self._client.send("POST", ORDERS, order(self._customer, "TEA"), Idempotency_Key=key)
        self._orders.append(answer.json["id"])

    def _move(self, number: int) -> None:
        move = self._chance.choice(("pay", "ship", "cancel", "archive", "unarchive"))
        self._client.send("POST", f"{ORDERS}{number}/{move}/")

    def _edit(self, number: int) -> None:
        tag = self._client.send("GET", f"{ORDERS}{number}/").headers["ETag"]
        item = {"sku": "MUG", "quantity": self._chance.randint(1, 9), "unit_price_cents": 790}
        self._client.send("PATCH", f"{ORDERS}{number}/", {"items": [item]}, If_Match=tag)


ACTIONS = ("list", "list", "read", "report", "create", "create", "move", "move", "edit")
