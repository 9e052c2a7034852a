"""Well-behaved clients: they honour Retry-After, and repeat a change with the same Idempotency-Key."""

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
PATIENCE = 120  # seconds for which a client keeps trying
ORDERS = "/api/v1/orders/"


@dataclass
class Answer:
    """A complete response of the server."""

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
    """A client of one tenant. `seen` counts responses by status; 0 counts requests that got none."""

    def __init__(self, stage: Stage, tenant: int = 0) -> None:
        self._server, self._headers = stage.server, {**HTTPS, "Authorization": f"Bearer {stage.keys[tenant]}"}
        self._connection: HTTPConnection | None = None
        self.seen: Counter[int] = Counter()
        self.is_waiting = False

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request once and return the response. Raises OSError or HTTPException if it is not complete."""
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
        """Send a request without waiting for its response; `If_Match="…"` sets the header If-Match."""
        fields = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        content = None if body is None else json.dumps(body)
        if content is not None:
            fields["Content-Type"] = "application/json"
        self.connect().request(method, path, content, fields)

    def insist(self, method: str, path: str, body: Any, key: str, patience: float = PATIENCE) -> Answer:
        """Send a change, and repeat it with the same Idempotency-Key until the response is final."""
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
        """Close the connection, even while waiting for a response."""
        if self._connection is not None:
            self._connection.close()

    def new_customer(self, email: str) -> int:
        """Create a customer and return the id."""
        return self._made("/api/v1/customers/", {"email": email, "name": "0"})

    def new_order(self, customer: int, reference: str = "TEA") -> int:
        """Create an order with one item, whose SKU is the client's reference, and return the id."""
        return self._made(ORDERS, order(customer, reference))

    def _made(self, path: str, body: Any) -> int:
        answer = self.send("POST", path, body)
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()}")
        return answer.json["id"]


@contextmanager
def crowd(stage: Stage, size: int, tenants: int = 1) -> Iterator[list[Client]]:
    """Yield `size` clients, spread over so many tenants. Leaving the block closes their connections."""
    clients = [Client(stage, number % tenants) for number in range(size)]
    try:
        yield clients
    finally:
        for client in clients:
            client.hang_up()


def order(customer: int, reference: str, cents: int = 450) -> dict[str, Any]:
    """Return the body of a new order. Orders have no field for a client's reference, so the SKU holds it."""
    return {"customer": customer, "items": [{"sku": reference, "quantity": 1, "unit_price_cents": cents}]}


def total(clients: list[Client]) -> Counter[int]:
    """Return the clients' responses, counted by status."""
    return sum((client.seen for client in clients), Counter())


def server_errors(seen: Counter[int]) -> int:
    return sum(count for status, count in seen.items() if status >= 500)
