"""Clients as they should be: they honour Retry-After, and send a change again with its Idempotency-Key."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any, TypeVar

from chaos.stage import Stage
from harness.processes import HTTPS

Result = TypeVar("Result")
PATIENCE = 120  # seconds that a client goes on trying
ORDERS = "/api/v1/orders/"


@dataclass
class Answer:
    """A whole answer of the server's."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_replay(self) -> bool:
        return "Idempotency-Replayed" in self.headers


class Client:
    """Speaks for one tenant. `seen` counts its answers by status, and under 0 what ended without one."""

    def __init__(self, stage: Stage, tenant: int = 0) -> None:
        self._server, self._headers = stage.server, {**HTTPS, "Authorization": f"Bearer {stage.keys[tenant]}"}
        self._connection: HTTPConnection | None = None
        self.seen: Counter[int] = Counter()
        self.is_waiting = False

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The answer to one attempt. Raises OSError or HTTPException when there is no whole one."""
        connection = self.connect()
        self.is_waiting = True
        try:
            self.begin(method, path, body, **headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, HTTPException):
            self.seen[0] += 1
            self.hang_up()
            raise
        finally:
            self.is_waiting = False
        self.seen[answer.status] += 1
        return answer

    def begin(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """Send a request without waiting for its answer; `If_Match="…"` is the header If-Match."""
        fields = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        content = None if body is None else json.dumps(body)
        if content is not None:
            fields["Content-Type"] = "application/json"
        self.connect().request(method, path, content, fields)

    def insist(self, method: str, path: str, body: Any, key: str, patience: float = PATIENCE) -> Answer:
        """Send a change, again and again with its Idempotency-Key, until its answer is final."""
        end = time.monotonic() + patience
        while True:
            try:
                answer = self.send(method, path, body, Idempotency_Key=key)
            except (OSError, HTTPException):
                wait = 0.1
            else:
                if "Retry-After" not in answer.headers:
                    return answer
                wait = float(answer.headers["Retry-After"])
            if time.monotonic() > end:
                raise TimeoutError(f"{method} {path} got no final answer in {patience:g} seconds: {self.seen}")
            time.sleep(wait)

    def connect(self) -> HTTPConnection:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        if self._connection.sock is None:
            self._connection.connect()
        return self._connection

    def hang_up(self) -> None:
        """Close the connection, whatever was on its way."""
        if self._connection is not None:
            self._connection.close()

    def new_customer(self, email: str) -> int:
        """The id of a new customer."""
        return self._made("/api/v1/customers/", {"email": email, "name": "0"})

    def new_order(self, customer: int, reference: str = "TEA") -> int:
        """The id of a new order of one item, whose SKU is the client's reference."""
        return self._made(ORDERS, order(customer, reference))

    def _made(self, path: str, body: Any) -> int:
        answer = self.send("POST", path, body)
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()}")
        return answer.json["id"]


@contextmanager
def crowd(stage: Stage, size: int, tenants: int = 1) -> Iterator[list[Client]]:
    """So many clients of so many tenants; leaving the block ends their connections."""
    clients = [Client(stage, number % tenants) for number in range(size)]
    try:
        yield clients
    finally:
        for client in clients:
            client.hang_up()


def order(customer: int, reference: str, cents: int = 450) -> dict[str, Any]:
    """The body of a new order. An order has no field for its client's reference; a SKU may be any text."""
    return {"customer": customer, "items": [{"sku": reference, "quantity": 1, "unit_price_cents": cents}]}


def total(clients: list[Client]) -> Counter[int]:
    """The answers of all of them by status."""
    return sum((client.seen for client in clients), Counter())


def server_errors(seen: Counter[int]) -> int:
    return sum(count for status, count in seen.items() if status >= 500)
