"""Header fields that a server or a framework reads in more than one way, or cannot read."""

from __future__ import annotations

import json

import pytest

CUSTOMERS = "/api/v1/customers/"
# RFC 8187 names a character set, which Python then does not know, or which is none.
BAD_CHARSETS = ["charset*=bogus''x", "charset*=idna''%FF", "charset*=undefined''%FF"]


def sent(service, path: str, *lines: str, method: str = "GET", https: bool = True) -> tuple[int, str, bytes]:
    """The status, content type and body of a request with these header lines and acme's key."""
    given = [f"{name}: {value}" for name, value in service.headers.items() if https or name != "X-Forwarded-Proto"]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *given, *lines])
    head, _, body = service.raw(f"{head}\r\n\r\n".encode("latin-1")).partition(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return int(head.split()[1]), fields.get("content-type", ""), body


@pytest.mark.parametrize("charset", BAD_CHARSETS)
@pytest.mark.parametrize("path", [CUSTOMERS, "/api/v1/nowhere/", "/api/v1/schema", "/healthz", "/nowhere"])
def test_a_content_type_that_cannot_be_read_is_a_problem(service, path, charset):
    status, content_type, body = sent(service, path, f"Content-Type: application/json; {charset}")

    assert (status, content_type) == (400, "application/problem+json")
    assert json.loads(body)["detail"] == "Content-Type cannot be read."
    assert "Traceback" not in service.log


def test_a_key_as_a_charset_is_in_no_line_of_the_log(service):
    key = service.headers["Authorization"].removeprefix("Bearer ")
    before = service.log

    for form in ("charset={}", "charset*={}''x", "charset*=utf-8''{}", "boundary={}"):
        sent(service, CUSTOMERS, f"Content-Type: application/json; {form.format(key)}")

    assert service.log.count("\n") == before.count("\n") + 4
    assert key.split("_")[2] not in service.log


@pytest.mark.parametrize(
    "lines",
    [
        ["X-Forwarded-Proto: http", "X_Forwarded_Proto: https"],
        ["X_Forwarded_Proto: https", "X-Forwarded-Proto: http"],
        ["X_Forwarded_Proto: https"],
        ["X-Forwarded_Proto: https"],
    ],
)
def test_a_name_with_an_underscore_is_not_the_one_with_a_hyphen(service, lines):
    status, _, _ = sent(service, CUSTOMERS, *lines, https=False)

    assert status == 403


def test_a_key_in_a_name_with_an_underscore_is_none(service):
    """`Idempotency_Key` would replay what the proxy in front has let through as a new request."""
    body = json.dumps({"email": "ada@example.com", "name": "Ada"})

    def send() -> int:
        answer = service.ask("POST", CUSTOMERS, json.loads(body), Idempotency_Key="once")
        return answer.status

    assert [send(), send()] == [201, 409]


def test_bytes_that_are_no_ascii_are_part_of_a_value(service):
    """A precondition that a server drops because it cannot decode it would let the change through."""
    made = service.ask("POST", CUSTOMERS, {"email": "grace@example.com", "name": "Grace"})
    path = f"{CUSTOMERS}{made.body['id']}/"

    status, _, _ = sent(service, path, 'If-Match: "caf\xe9"', method="DELETE")

    assert status in (400, 412)
    assert service.ask("GET", path).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CUSTOMERS),
        ("POST", CUSTOMERS),
        ("GET", "/api/v1/schema"),
        ("GET", "/api/orders/summary/?limit=5"),
        ("POST", "/api/orders/"),
    ],
)
def test_nothing_under_api_answers_over_plain_http(service, method, path):
    status, content_type, _ = sent(service, path, "Content-Length: 0", method=method, https=False)

    assert (status, content_type) == (403, "application/problem+json")


def test_a_method_is_refused_before_key_and_body(service):
    """The same over plain HTTP and without a key: nothing else is looked at."""
    statuses = {sent(service, CUSTOMERS, "Content-Length: 0", method="PUT", https=https)[0] for https in (True, False)}
    nobody = service.raw(b"PROPFIND /api/v1/orders/?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    assert statuses == {405}
    assert nobody.startswith(b"HTTP/1.1 405 ")
    assert b"allow: GET, POST, HEAD" in nobody
