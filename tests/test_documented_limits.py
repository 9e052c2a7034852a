"""docs/limits.md matches the code: the numbers are the same, a request at a limit passes, one above is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings as configured
from model_bakery import baker

from apps.api.edge.server import ROOM
from apps.api.filters import BIGINT_MAX
from apps.api.middleware.bounds import MAX_ADDRESS, MAX_HEADERS
from apps.api.pagination import MAX_SIZE
from apps.api.parsers import MAX_DEPTH
from apps.customers.models import Customer
from apps.exports.lifecycle import MAX_UNFINISHED
from apps.exports.serializers import MAX_VALUE
from apps.idempotency.models import IdempotencyKey
from apps.orders.lifecycle import Status
from apps.orders.models import MAX_ITEMS_PER_ORDER, MAX_QUANTITY, MAX_UNIT_PRICE_CENTS, Item
from apps.reporting.serializers import MAX_PERIODS, TopQuery
from apps.tenancy import days
from apps.tenancy.keys import MAX_FAILURES

TABLE = (Path(__file__).parents[1] / "docs/limits.md").read_text()
ROWS = {name: (int(limit.replace(",", "")), int(status)) for name, limit, status in re.findall(
    r"^\| (.+) \| ([\d,]+) \| (\d{3}) \|$", TABLE, re.MULTILINE
)}  # fmt: skip
CUSTOMERS, EXPORTS, ORDERS = "/api/v1/customers/", "/api/v1/exports/", "/api/v1/orders/"
LINE = {"sku": "TEA", "quantity": 1, "unit_price_cents": 5}

Send = Callable[[Any, int], Any]


class Limit(NamedTuple):
    """A limit's value in the code, and a function that sends a request of a given size."""

    value: Any
    send: Send


def get(address: str) -> Send:
    return lambda api, n: api.get(address.format(n))


def customer(**fields: Any) -> Any:
    return {"email": "ada@example.com", "name": "Ada", **fields}


def order(*lines: Any) -> Any:
    return {"customer": Customer.objects.get().pk, "items": list(lines)}


def send_body(api: Any, n: int) -> Any:
    body = b'{"email": "ada@example.com", "name": "Ada"}'
    return api.post(CUSTOMERS, body + b" " * (n - len(body)))


def send_headers(api: Any, n: int) -> Any:
    others = len(f"HTTP_AUTHORIZATION{api.defaults['HTTP_AUTHORIZATION']}HTTP_COOKIEHTTP_PADDING")
    return api.get(CUSTOMERS, headers={"Padding": "a" * (n - others)})


def send_depth(api: Any, n: int) -> Any:
    return api.post(CUSTOMERS, '{"name":' + "[" * (n - 1) + "]" * (n - 1) + "}")


LIMITS = {
    "bytes of a body": Limit(configured.DATA_UPLOAD_MAX_MEMORY_SIZE, send_body),
    "bytes of a path, decoded, and its query, where a key is needed": Limit(
        MAX_ADDRESS, lambda api, n: api.get(f"{ORDERS}?{'a' * (n - len(ORDERS))}")
    ),
    "bytes of all headers, `If-Match` with its tags included": Limit(MAX_HEADERS, send_headers),
    "parameters of a query": Limit(
        configured.DATA_UPLOAD_MAX_NUMBER_FIELDS, lambda api, n: api.get(f"/api/v1/schema?{'a=1&' * (n - 1)}a=1")
    ),
    "depth of JSON": Limit(MAX_DEPTH, send_depth),
    "characters of an `Idempotency-Key`": Limit(
        IdempotencyKey._meta.get_field("key").max_length,
        lambda api, n: api.post(CUSTOMERS, customer(), headers={"Idempotency-Key": "k" * n}),
    ),
    "rows of a page (`page_size`)": Limit(MAX_SIZE, get(ORDERS + "?page_size={}")),
    "rows of a report (`limit`)": Limit(
        TopQuery().fields["limit"].max_value, get("/api/v1/reporting/summary/?limit={}")
    ),
    "periods of the sales report": Limit(
        MAX_PERIODS,
        lambda api, n: api.get(
            f"/api/v1/reporting/sales/?from=2020-01-01&to={date(2020, 1, 1) + timedelta(days=n - 1)}"
        ),
    ),
    "year of a date, from 1970": Limit(days.LAST_YEAR, get(ORDERS + "?created_from={}-01-01")),
    "number in a filter": Limit(BIGINT_MAX, get(ORDERS + "?customer={}")),
    "characters of an e-mail address to look for": Limit(254, lambda api, n: api.get(f"{ORDERS}?email={'a' * n}")),
    "statuses in a filter, each once": Limit(
        len(Status), lambda api, n: api.get(f"{ORDERS}?status={','.join((Status.values * 2)[:n])}")
    ),
    "unfinished exports of a tenant": Limit(
        MAX_UNFINISHED, lambda api, n: [api.post(EXPORTS, {"kind": "orders"}) for _ in range(n)][-1]
    ),
    "characters of a filter of an export": Limit(
        MAX_VALUE, lambda api, n: api.post(EXPORTS, {"kind": "orders", "filters": {"status": f"{'draft':>{n}}"}})
    ),
    "characters of a customer's e-mail address": Limit(
        Customer._meta.get_field("email").max_length,
        lambda api, n: api.post(CUSTOMERS, customer(email=f"ada@{('a' * 49 + '.') * 4}{'b' * (n - 207)}.eu")),
    ),
    "characters of a customer's name": Limit(
        Customer._meta.get_field("name").max_length, lambda api, n: api.post(CUSTOMERS, customer(name="a" * n))
    ),
    "items of an order": Limit(MAX_ITEMS_PER_ORDER, lambda api, n: api.post(ORDERS, order(*[LINE] * n))),
    "characters of a SKU": Limit(
        Item._meta.get_field("sku").max_length, lambda api, n: api.post(ORDERS, order({**LINE, "sku": "a" * n}))
    ),
    "quantity of an item": Limit(MAX_QUANTITY, lambda api, n: api.post(ORDERS, order({**LINE, "quantity": n}))),
    "cents of an item's unit price": Limit(
        MAX_UNIT_PRICE_CENTS, lambda api, n: api.post(ORDERS, order({**LINE, "unit_price_cents": n}))
    ),
}
# Limits that other tests exceed: tests/api/test_rate_limit.py, tests/edge/test_expensive_tenants.py and
# tests/edge/test_strangers.py. The first number is the setting's default.
ELSEWHERE = {
    "requests of a tenant in a minute, in all processes that share Redis (`REQUESTS_PER_MINUTE`)": 6000,
    "requests of a tenant at once, per process": ROOM,
    "failed look-ups of keys from one address in a minute, per process": MAX_FAILURES,
}
# Requests that are refused at the limit too, for another reason than their size.
REFUSED_ANYWAY = {"bytes of a path, decoded, and its query, where a key is needed": 400, "depth of JSON": 400}


def test_table_has_every_limit():
    assert set(ROWS) == {*LIMITS, *ELSEWHERE}
    assert {name: ROWS[name][0] for name in LIMITS} == {name: limit.value for name, limit in LIMITS.items()}
    assert {name: ROWS[name][0] for name in ELSEWHERE} == ELSEWHERE


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("name", LIMITS)
def test_request_at_the_limit_passes_and_above_is_refused(api, name):
    baker.make(Customer, email="grace@example.com")
    limit, status = ROWS[name]

    at_it = LIMITS[name].send(api, limit)
    above = LIMITS[name].send(api, limit + 1)

    expected = REFUSED_ANYWAY.get(name)
    assert at_it.status_code == expected if expected else at_it.status_code < 300, at_it.content
    assert (above.status_code, above["Content-Type"]) == (status, "application/problem+json"), above.content
    assert at_it.content != above.content


@pytest.mark.usefixtures("in_acme")
def test_json_nesting_depth_is_limited(api):
    deep = send_depth(api, MAX_DEPTH).json()
    deeper = send_depth(api, MAX_DEPTH + 1).json()

    assert [error["pointer"] for error in deep["errors"]] == ["#/email", "#/name"]
    assert deeper["detail"] == "JSON parse error - nested more than 32 levels deep"
