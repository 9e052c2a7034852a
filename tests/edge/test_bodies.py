"""Chunked bodies have the same effect and response as bodies with a Content-Length."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from tests.support.service import raw
from tests.support.serving import development
from tests.support.serving import serving as developing

CUSTOMERS, ORDERS = "/api/v1/customers/", "/api/v1/orders/"
MEGABYTE = 1024 * 1024
numbers = count()

Send = Callable[..., httpx.Response]


def in_pieces(body: bytes) -> Iterator[bytes]:
    """Yield the body in pieces, so that httpx sends no Content-Length."""
    half = len(body) // 2
    yield from (body[:half], body[half:])


@pytest.fixture(scope="module")
def developing_server(tmp_path_factory) -> Iterator[str]:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('server') / 'db.sqlite3'}"}
    with developing(development(database)) as address:
        yield address


@pytest.fixture(scope="module", params=["chunked", "HTTP/2", "development server, chunked"])
def send(request, service) -> Iterator[Send]:
    """`send(method, path, body, known=True)` sends the body with a Content-Length, `known=False` without one."""
    if request.param.startswith("development"):
        address, headers = request.getfixturevalue("developing_server"), {}
    else:
        address, headers = f"http://127.0.0.1:{service.port}", service.headers
    is_http2 = request.param == "HTTP/2"

    with httpx.Client(base_url=address, headers=headers, http1=not is_http2, http2=is_http2, timeout=30) as client:

        def call(method: str, path: str, body: Any = None, *, known: bool = True, **more: str) -> httpx.Response:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            content = None if body is None else raw if known else in_pieces(raw)
            headers = {"Content-Type": "application/json", **more}
            response = client.request(method, path, content=content, headers=headers)
            assert ("content-length" in response.request.headers) == (known and method != "GET")
            assert response.http_version == ("HTTP/2" if is_http2 else "HTTP/1.1")
            return response

        yield call


def customer() -> dict[str, str]:
    return {"email": f"customer-{next(numbers)}@example.com", "name": "Ada"}


def order_of(customer_id: int) -> dict[str, Any]:
    return {"customer": customer_id, "items": [{"sku": "TEA", "quantity": 1, "unit_price_cents": 5}]}


@pytest.fixture
def order(send) -> int:
    made = send("POST", CUSTOMERS, customer()).json()
    return send("POST", ORDERS, order_of(made["id"])).json()["id"]


def test_a_change_is_made(send):
    made = send("POST", CUSTOMERS, customer(), known=False)
    path = f"{CUSTOMERS}{made.json()['id']}/"

    changed = send("PATCH", path, {"name": "Grace"}, known=False)

    assert (made.status_code, changed.status_code, changed.json()["name"]) == (201, 200, "Grace")
    assert send("GET", path).json()["name"] == "Grace"


@pytest.mark.parametrize("known", [True, False])
def test_body_of_a_move_is_refused(send, order, known):
    refused = send("POST", f"{ORDERS}{order}/pay/", {"nope": 1}, known=known)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/nope")
    assert send("GET", f"{ORDERS}{order}/").json()["status"] == "draft"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("size", "status"), [(MEGABYTE, 201), (MEGABYTE + 1, 413), (2 * MEGABYTE, 413)])
def test_body_size_limit_applies_with_and_without_content_length(send, known, size, status):
    body = json.dumps(customer()).encode()

    response = send("POST", CUSTOMERS, body + b" " * (size - len(body)), known=known)

    assert response.status_code == status
    assert (response.headers["content-type"] == "application/problem+json") == (status == 413)


def test_idempotency_key_is_bound_to_the_first_body(send):
    key = {"Idempotency-Key": f"body-{next(numbers)}"}
    body = customer()

    answers = [
        send("POST", CUSTOMERS, body, known=False, **key),
        send("POST", CUSTOMERS, body, known=True, **key),
        send("POST", CUSTOMERS, customer(), known=False, **key),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, True, False]


@pytest.mark.parametrize("known", [True, False])
def test_move_accepts_an_empty_body(send, order, known):
    assert send("POST", f"{ORDERS}{order}/pay/", b"", known=known).json()["status"] == "paid"


# A truncated body changes nothing, even if the part received is valid JSON.
HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}Content-Type: application/json\r\n"
BROKEN = {
    "shorter than its Content-Length": "Content-Length: 10\r\n\r\n{}",
    "no last chunk": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "no chunk": "Transfer-Encoding: chunked\r\n\r\n",
    "no size": "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "a size that Python reads": "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "longer than its size": "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("server", ["make serve", "development server"])
def test_truncated_body_changes_nothing(request, server, broken):
    if server == "make serve":
        service = request.getfixturevalue("service")
        port, headers = service.port, service.headers
    else:
        port, headers = int(request.getfixturevalue("developing_server").rpartition(":")[2]), {}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        made = client.post(CUSTOMERS, json=customer()).json()
        path = f"{ORDERS}{client.post(ORDERS, json=order_of(made['id'])).json()['id']}/"
        key = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

        response = raw(port, (HEAD.format(path=f"{path}pay/", key=key) + broken).encode(), closes=True)

        assert response.startswith(b"HTTP/1.1 400 ") or not response
        assert client.get(path).json()["status"] == "draft"
