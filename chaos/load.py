"""Write load: clients record every acknowledged change, and an audit compares the records with the database."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Protocol

from chaos.clients import ORDERS, Client, order, total
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.machine import wait_until

# One row per order of the load: the client's reference, id, status, cents and number of events.
WRITTEN = """
    SELECT i.sku, o.id, o.status, o.total_cents, (SELECT count(*) FROM orders_orderevent e WHERE e.order_id = o.id)
    FROM orders_item i JOIN orders_order o ON o.id = i.order_id WHERE i.sku LIKE '{load}-%'"""


class Killable(Protocol):
    """A server that can be killed and started again."""

    def kill(self) -> None: ...

    def start(self) -> None: ...


class Load:
    """Inside the block, `writers` clients of all tenants create and pay orders. Leaving it waits for all of them.

    `book` maps each order's reference to id, status and cents as the last response stated them. The block can be
    entered again: the clients continue. A client rests for so many seconds after each order.
    """

    def __init__(self, stage: Stage, writers: int, rest: float = 0) -> None:
        self.name, self._stage, self._rest = uuid.uuid4().hex[:8], stage, rest
        self._tenants = len(stage.keys)
        self.clients = [Client(stage, number % self._tenants) for number in range(writers)]
        self._customers: list[int] = []  # one of each tenant
        self._counts = [0] * writers  # orders begun by each client
        self.book: dict[str, tuple[int, str, int]] = {}
        self.replays, self.refused = 0, Counter[int]()
        self._stopping, self._errors = threading.Event(), list[BaseException]()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Load:
        if not self._customers:
            owners = self.clients[: self._tenants]
            self._customers = [client.new_customer(f"{self.name}@example.com") for client in owners]
        self._stopping.clear()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(len(self.clients))]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self._errors and error is None:
            raise self._errors[0]

    @property
    def waiting(self) -> int:
        """The number of requests without a response so far."""
        return sum(client.is_waiting for client in self.clients)

    def wait_for_orders(self, orders: int) -> None:
        """Wait until that many more orders are paid and some request is in flight."""
        enough = len(self.book) + orders
        wait_until(lambda: self._errors or (len(self.book) >= enough and self.waiting), f"{orders} more orders", 180)

    def kill(self, server: Killable, times: int, longest_down: float) -> int:
        """Kill a server the clients depend on, and start it again after at most `longest_down` seconds, and so on.

        Return the least number of requests that were in flight at a kill.
        """
        chance, in_flight = random.Random(7), []
        for _ in range(times):
            self.wait_for_orders(3 * len(self.clients))
            in_flight.append(self.waiting)
            server.kill()
            time.sleep(chance.uniform(0, longest_down))
            server.start()
        self.wait_for_orders(3 * len(self.clients))
        return min(in_flight)

    def _write(self, number: int) -> None:
        client = self.clients[number]
        try:
            while not self._stopping.wait(self._rest):
                self._counts[number] += 1
                self._make(f"{self.name}-{number}-{self._counts[number]}")
        except BaseException as error:
            self._errors.append(error)
        finally:
            client.hang_up()

    def send_again(self, references: Iterable[str]) -> None:
        """Repeat both requests of each of these orders, with the same keys. Call it after the block."""
        for reference in references:
            self._make(reference)
        for client in self.clients:
            client.hang_up()

    def _make(self, reference: str) -> None:
        _, number, count = reference.split("-")
        client, customer = self.clients[int(number)], self._customers[int(number) % self._tenants]
        made = client.insist("POST", ORDERS, order(customer, reference, cents=int(count)), reference)
        self._count_response(made.status, made.is_replay)
        if made.status != 201:
            return
        paid = client.insist("POST", f"{ORDERS}{made.json['id']}/pay/", None, f"{reference}-pay")
        self._count_response(paid.status, paid.is_replay)
        told = paid.json if paid.status == 200 else made.json
        self.book[reference] = (told["id"], told["status"], told["total_cents"])

    def _count_response(self, status: int, is_replay: bool) -> None:
        self.replays += is_replay
        if status not in (200, 201):
            self.refused[status] += 1

    def audit(self, verdict: Verdict) -> None:
        """Compare the book with the database, and check for drift of the totals. Call it after the block."""
        verdict.at_least("orders acknowledged", len(self.book), len(self.clients))
        verdict.note("changes sent again and answered as before", self.replays)
        verdict.statuses(total(self.clients))
        verdict.equal("refused", sum(self.refused.values()), 0)
        compare(verdict, self.book, self._stage.rows(WRITTEN.format(load=self.name)))
        verdict.equal("drift in cents", self._stage.drift_cents(), 0)


def compare(verdict: Verdict, book: dict[str, tuple[int, str, int]], rows: list[tuple[Any, ...]]) -> None:
    """Compare a load's book with its `WRITTEN` rows: each order must exist once, as acknowledged, with one event."""
    times = Counter(reference for reference, *_ in rows)
    found = {reference: tuple(row) for reference, *row in rows}
    other = [reference for reference, told in book.items() if found.get(reference, (*told, 1)) != (*told, 1)]
    verdict.equal("acknowledged orders lost", len(book.keys() - found.keys()), 0)
    verdict.equal("orders made twice", sum(count > 1 for count in times.values()), 0)
    verdict.equal("orders made and never acknowledged", len(found.keys() - book.keys()), 0)
    verdict.equal("other than acknowledged", len(other), 0)
