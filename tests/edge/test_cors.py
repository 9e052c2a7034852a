"""CORS over real sockets: preflights, requests, and refusals that the server sends before the application runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from apps.tenancy.keys import MAX_FAILURES
from tests.support.service import Service, manage, raw, serving

CUSTOMERS = "/api/v1/customers/"
ADA = {"email": "ada@example.com", "name": "Ada"}
APP = "https://app.example.com"
KEY = "rl_00000000_0"


@pytest.fixture(scope="module")
def service(environment: dict[str, str]) -> Iterator[Service]:
    """A running service with APP as an allowed origin and a key of acme's."""
    key = manage(environment, "apikey", "create", "acme").strip()
    with serving(environment, key, CORS_ALLOWED_ORIGINS=f"https://other.example.com,{APP}") as service:
        yield service


def send(port: int, method: str, path: str, *lines: str, body: str = "") -> tuple[int, dict[str, str], str]:
    """Send a request with these header lines; return status, header fields by lower-case name, and body."""
    fixed = ["Host: 127.0.0.1", "X-Forwarded-Proto: https", "Connection: close", f"Origin: {APP}"]
    request = "\r\n".join([f"{method} {path} HTTP/1.1", *fixed, *lines, "", body])
    head, _, received = raw(port, request.encode()).decode().partition("\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    return int(head.split()[1]), {name.lower(): value for name, value in fields.items()}, received


def preflight(port: int, *lines: str, path: str = CUSTOMERS) -> tuple[int, dict[str, str], str]:
    """Send the preflight that a browser sends before a POST with a key."""
    requested = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type"]
    return send(port, "OPTIONS", path, *requested, *lines)


def test_preflight_then_create_and_list(service):
    status, fields, body = preflight(service.port)
    created = service.ask("POST", CUSTOMERS, ADA, Origin=APP)
    listed = service.ask("GET", CUSTOMERS, Origin=APP)

    assert (status, body, fields["access-control-allow-origin"], fields["vary"]) == (200, "", APP, "origin")
    assert "POST" in fields["access-control-allow-methods"].split(", ")
    assert {"Authorization", "Content-Type"} <= set(fields["access-control-allow-headers"].split(", "))
    assert (created.status, listed.status, listed.body["results"]) == (201, 200, [created.body])
    for answer in (created, listed):
        assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (APP, "origin")


def test_preflights_do_not_count_as_failed_keys(service):
    address = "X-Forwarded-For: 203.0.113.9"

    preflights = Counter(preflight(service.port, address)[0] for _ in range(MAX_FAILURES + 10))
    guess, _, _ = send(service.port, "GET", CUSTOMERS, address, f"Authorization: Bearer {KEY}")

    assert preflights == {200: MAX_FAILURES + 10}
    assert guess == 401


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        # The first is refused by the application (no key), the second by the server before the application runs.
        (["Content-Length: 99999999"], 401),
        (["Authorization: Bearer {key}", "Expect: 100-continue", "Content-Length: 99999999"], 413),
    ],
)
def test_early_refusals_have_cors_fields(service, lines, status):
    key = service.headers["Authorization"].removeprefix("Bearer ")

    answer, fields, body = send(service.port, "POST", CUSTOMERS, *[line.format(key=key) for line in lines])

    assert (answer, fields["access-control-allow-origin"], fields["vary"]) == (status, APP, "origin")
    assert "X-Request-ID" in fields["access-control-expose-headers"].split(", ")
    assert f'"status": {status}' in body


def test_preflight_needs_no_database():
    """The database is unreachable, so the preflight cannot have looked up a key either."""
    with serving("postgres://orders_app@127.0.0.1:1/orders", KEY, CORS_ALLOWED_ORIGINS=APP) as service:
        allowed, _, _ = preflight(service.port)
        status, fields, _ = send(service.port, "GET", CUSTOMERS, f"Authorization: Bearer {KEY}")

    assert (allowed, status) == (200, 503)
    assert (fields["access-control-allow-origin"], fields["retry-after"]) == (APP, "1")


def test_refusal_of_too_many_failed_keys_has_cors_fields(service):
    """The number of requests exceeds the limit in one minute even if they are spread over two."""
    address = "X-Forwarded-For: 203.0.113.10"

    answers = [
        send(service.port, "GET", CUSTOMERS, address, f"Authorization: Bearer {KEY}")
        for _ in range(2 * MAX_FAILURES + 1)
    ]

    assert {status for status, _, _ in answers} == {401, 429}
    assert {fields["access-control-allow-origin"] for _, fields, _ in answers} == {APP}
