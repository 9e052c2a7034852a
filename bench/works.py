"""The workloads: each piece of work, with its URL at each contender."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.data import COMMON_NEEDLE, Database
from bench.load import Load, load, request_bytes
from bench.processor import cpu_seconds
from bench.serving import CONNECTIONS, HEADERS, PRODUCT, Served, granian, uvicorn

API = "/api/v1/"
US, LITE = "this service", "this service on SQLite"
DRF, NUMBERED = "DRF idiom, cursor", "DRF idiom, page numbers"
NINJA, BARE = "Django Ninja", "bare psycopg + orjson"
FASTAPI, FAIR = "FastAPI + SQLAlchemy async", "FastAPI, same work"
POOLED = "FastAPI, same work, for PgBouncer"
ONE_QUERY, PYTHON = "predecessor, one ORM query", "predecessor, N+1 in Python"
LIST, SUMMARY, DEEP, CREATE = "order list", "summary", "deep page", "create an order"
FASTAPIS = (FASTAPI, FAIR, POOLED)
COMMON, RARE = "filter, common e-mail", "filter, rare e-mail"
COUNTED_UP_TO = 1_000_000  # requests per minute: counted, as in production, but never too many
SERVERS = {
    US: (PRODUCT, "/healthz"),
    LITE: (PRODUCT, "/healthz"),
    DRF: (granian("bench.peers.wsgi:application"), "/orders/"),
    NINJA: (granian("bench.peers.wsgi:application"), "/orders/"),
    FASTAPI: (uvicorn("bench.peers.fastapi_app:app"), "/orders/"),
    FAIR: (uvicorn("bench.peers.fastapi_fair:app"), "/orders/"),
    POOLED: (uvicorn("bench.peers.fastapi_fair:app"), "/orders/"),
    BARE: (granian("bench.peers.bare:application"), "/orders/"),
}
SERVED_BY = {NUMBERED: DRF, ONE_QUERY: DRF, PYTHON: DRF, f"{US}, page 1": US, f"{LITE}, page 1": LITE}


def environment_of(server: str, database: Database, lite: dict[str, str]) -> dict[str, str]:
    if server in (US, LITE):
        limit = {"REQUESTS_PER_MINUTE": str(COUNTED_UP_TO)}
        return {"DJANGO_SETTINGS_MODULE": "config.settings", **(lite if server == LITE else database.product), **limit}
    if server in (FAIR, POOLED):
        pooled = {"PEER_UNPREPARED": "1"} if server == POOLED else {}
        return {"PEER_DATABASE_URL": database.product["DATABASE_URL"], **pooled}
    urls = {DRF: "bench.peers.drf_idiom", NINJA: "bench.peers.ninja_app"}.get(server, "")
    return {"DJANGO_SETTINGS_MODULE": "bench.peers.settings", "PEER": urls, **database.peers}


@dataclass
class Work:
    """A workload: `addresses` by contender, requested over `connections`. `same` picks what all responses share."""

    name: str
    addresses: dict[str, str]
    same: Callable[[Any], Any]
    connections: int = 1
    body: bytes = b""


class Asked:
    """The running servers, and an API key of the service."""

    def __init__(self, servers: dict[str, Served], database: Database, key: str) -> None:
        self.servers, self.database = servers, database
        self.headers = {**HEADERS, "Authorization": f"Bearer {key}"}

    def load(self, contender: str, work: Work, seconds: float) -> Load:
        """Run the workload for `seconds`; 0 means once."""
        server = self.servers[SERVED_BY.get(contender, contender)]
        request = request_bytes(server.port, work.addresses[contender], self.headers, work.body)
        before = self._cpu_seconds(server)
        found = load(server.port, request, work.connections if seconds else 1, seconds)
        found.cpu_seconds = self._cpu_seconds(server) - before
        return found

    def _cpu_seconds(self, server: Served) -> float:
        return cpu_seconds(server.process.pid) + self.database.cpu_seconds()

    def answer(self, contender: str, work: Work) -> Any:
        """Return the JSON of one response."""
        return json.loads(self.load(contender, work, 0).last.partition(b"\r\n\r\n")[2])


def works(size: int, database: Database, asked: Asked) -> list[Work]:
    """Return all workloads for a database with `size` orders of tenant 1; the one that writes is last."""

    def lists(query: str) -> dict[str, str]:
        own = dict.fromkeys((US, LITE), f"{API}orders/{query}")
        return {**own, **dict.fromkeys((DRF, *FASTAPIS), f"/orders/{query}"), NUMBERED: f"/numbered/{query}"}

    def results(answer: Any) -> Any:
        return answer["results"]

    page = min(10_000, size // 40)
    deep = _deep_page(page, asked)
    found = [
        Work(LIST, {**lists(""), **dict.fromkeys((NINJA, BARE), "/orders/")}, results, CONNECTIONS),
        Work(SUMMARY, {
            **dict.fromkeys((US, LITE), f"{API}reporting/summary/?limit=50"),
            **dict.fromkeys((*FASTAPIS, BARE), "/summary/?limit=50"),
            ONE_QUERY: "/predecessor/one-query/?limit=50",
            **({PYTHON: "/predecessor/python/?limit=50"} if size < 10_000 else {}),
        }, lambda answer: answer["rows"]),
        Work(DEEP, {
            **{f"{name}, page 1": f"{API}orders/" for name in (US, LITE)}, **dict.fromkeys((US, LITE), deep),
            NUMBERED: f"/numbered/?page={page}", **dict.fromkeys(FASTAPIS, f"/orders/?page={page}"),
        }, results),
    ]  # fmt: skip
    rare = database.one(
        "SELECT email FROM customers_customer c JOIN orders_order o ON o.customer_id = c.id"
        " WHERE c.tenant_id = 1 AND status = 'paid' ORDER BY o.id LIMIT 1"
    )
    for name, needle in ((COMMON, COMMON_NEEDLE), (RARE, rare)):
        found.append(Work(name, lists(f"?status=paid&email={needle}"), results))
    customer = database.one("SELECT min(id) FROM customers_customer WHERE tenant_id = 1")
    items = [{"sku": f"SKU-{n}", "quantity": n, "unit_price_cents": 100 * n} for n in (1, 2, 3, 4)]
    body = json.dumps({"customer": customer, "items": items}).encode()
    orders = {**dict.fromkeys((US, LITE), f"{API}orders/"), **dict.fromkeys((DRF, *FASTAPIS, BARE), "/orders/")}
    found.append(Work(CREATE, orders, _without_ids_and_times, CONNECTIONS, body))
    return found


def _deep_page(page: int, asked: Asked) -> str:
    """Return the service's URL of that page, found by following `next` through all rows before it, 200 at a time."""
    address, left = f"{API}orders/", 20 * (page - 1)
    cursor: dict[str, str] = {}
    while left:
        size = min(left, 200)
        part = Work(DEEP, {US: f"{address}?{urlencode({**cursor, 'page_size': size})}"}, lambda answer: answer)
        cursor = {"cursor": parse_qs(urlsplit(asked.answer(US, part)["next"]).query)["cursor"][0]}
        left -= size
    return f"{address}?{urlencode(cursor)}"


def _without_ids_and_times(answer: dict[str, Any]) -> dict[str, Any]:
    items = [{name: value for name, value in item.items() if name != "id"} for item in answer["items"]]
    return {name: value for name, value in answer.items() if name not in ("id", "created_at", "updated_at")} | {
        "items": items
    }
