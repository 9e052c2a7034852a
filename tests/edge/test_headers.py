"""Header fields that are ambiguous (underscores for hyphens) or malformed."""

from __future__ import annotations

import json

import pytest

CUSTOMERS = "/api/v1/customers/"
# RFC 8187 values whose character set Python does not know, or cannot decode with.
BAD_CHARSETS = ["charset*=bogus''x", "charset*=idna''%FF", "charset*=undefined''%FF"]


def sent(service, path: str, *lines: str, method: str = "GET", https: bool = True) -> tuple[int, str, bytes]:
    """Send a request with these header lines and acme's key; return status, content type and body."""
    own = [f"{name}: {value}" for name, value in service.headers.items() if https or name != "X-Forwarded-Proto"]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *own, *lines])
    head, _, body = service.raw(f"{head}\r\n\r\n".encode("latin-1")).partition(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return int(head.split()[1]), fields.get("content-type", ""), body


@pytest.mark.parametrize("charset", BAD_CHARSETS)
@pytest.mark.parametrize("path", [CUSTOMERS, "/api/v1/nowhere/", "/api/v1/schema", "/healthz", "/nowhere"])
def test_malformed_content_type_is_a_problem(service, path, charset):
    status, content_type, body = sent(service, path, f"Content-Type: application/json; {charset}")

    assert (status, content_type) == (400, "application/problem+json")
    assert json.loads(body)["detail"] == "Content-Type cannot be read."
    assert "Traceback" not in service.log


def test_api_key_in_the_content_type_is_not_logged(service):
    key = service.headers["Authorization"].removeprefix("Bearer ")
    before = service.log

    for form in ("charset={}", "charset*={}''x", "charset*=utf-8''{}", "boundary={}"):
        sent(service, CUSTOMERS, f"Content-Type: application/json; {form.format(key)}")

    assert service.log.count("\n") == before.count("\n") + 4
    assert key.split("_")[2] not in service.log


def test_unknown_method_is_logged_as_other_by_the_application_and_by_the_server(service):
    """A method is a dimension of metrics, which cost money."""
    large = ("Expect: 100-continue", "Content-Length: 2000000")  # refused by the server itself

    statuses = [sent(service, CUSTOMERS, *lines, method="PROPFIND")[0] for lines in ((), large)]

    last = [json.loads(line) for line in service.log.splitlines() if line.startswith("{")][-2:]
    assert statuses == [405, 413]
    assert [(line["method"], line["status"]) for line in last] == [("other", 405), ("other", 413)]
    assert "PROPFIND" not in service.log


@pytest.mark.parametrize(
    "lines",
    [
        ["X-Forwarded-Proto: http", "X_Forwarded_Proto: https"],
        ["X_Forwarded_Proto: https", "X-Forwarded-Proto: http"],
        ["X_Forwarded_Proto: https"],
        ["X-Forwarded_Proto: https"],
    ],
)
def test_header_with_an_underscore_is_not_the_hyphenated_one(service, lines):
    status, _, _ = sent(service, CUSTOMERS, *lines, https=False)

    assert status == 403


def test_idempotency_key_with_an_underscore_is_ignored(service):
    """A proxy passes `Idempotency_Key` on as an unknown header; taken for the key, it would replay a new request."""
    body = json.dumps({"email": "ada@example.com", "name": "Ada"})

    def send() -> int:
        answer = service.ask("POST", CUSTOMERS, json.loads(body), Idempotency_Key="once")
        return answer.status

    assert [send(), send()] == [201, 409]


def test_non_ascii_if_match_is_not_dropped(service):
    """A server that dropped an If-Match which it cannot decode would make the change unconditionally."""
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
def test_api_refuses_plain_http(service, method, path):
    status, content_type, _ = sent(service, path, "Content-Length: 0", method=method, https=False)

    assert (status, content_type) == (403, "application/problem+json")


def test_unsupported_method_is_refused_before_key_and_body(service):
    """The response is the same over plain HTTP and without a key, as the method is checked first."""
    statuses = {sent(service, CUSTOMERS, "Content-Length: 0", method="PUT", https=https)[0] for https in (True, False)}
    without_key = service.raw(b"PROPFIND /api/v1/orders/?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    assert statuses == {405}
    assert without_key.startswith(b"HTTP/1.1 405 ")
    assert b"allow: GET, POST, HEAD" in without_key
