"""Abandoned requests for the OpenAPI document, which takes a tenth of a second to render."""

from __future__ import annotations

import socket
import time

REQUESTS = 400
REQUEST = b"GET /api/v1/schema HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n"


def test_abandoned_schema_requests_do_not_delay_others(service):
    for _ in range(REQUESTS):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            connection.sendall(REQUEST)

    started = time.monotonic()
    status = service.ask("GET", "/healthz").status
    seconds = time.monotonic() - started

    assert status == 200
    assert seconds < 1


def test_schema_is_sent_unless_the_client_has_it(service):
    first = service.ask("GET", "/api/v1/schema", Accept="application/json")

    again = service.raw(
        b"GET /api/v1/schema HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
        b"Accept: application/json\r\nIf-None-Match: %s\r\n\r\n" % first.headers["etag"].encode()
    )

    assert (first.status, first.body["openapi"][:2]) == (200, "3.")
    assert again.startswith(b"HTTP/1.1 304 ")
    assert again.endswith(b"\r\n\r\n")
