"""Only the health probes accept any Host header; every other path requires an allowed one."""

from __future__ import annotations

import json

import pytest

HOSTS = {
    "address": b"Host: 10.0.3.17:8000\r\n",
    "none": b"",
    "empty": b"Host: \r\n",
    "another": b"Host: evil.example.com\r\n",
    "garbage": b"Host: [<script>'\"\\_:99999999\r\n",
}


def respond(service, path: str, host: bytes) -> tuple[int, bytes, bytes]:
    """Send an HTTP/1.0 request, which needs no Host; return status, header fields and body."""
    request = b"GET %s HTTP/1.0\r\n%sX-Forwarded-Proto: https\r\n\r\n" % (path.encode(), host)
    head, _, body = service.raw(request).partition(b"\r\n\r\n")
    return int(head.split()[1]), head.lower(), body


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_probe_accepts_any_host(service, path, host):
    status, _, body = respond(service, path, host)

    assert (status, json.loads(body)["status"]) == (200, "ok")


@pytest.mark.parametrize("host", [HOSTS["another"], HOSTS["garbage"]], ids=["another", "garbage"])
@pytest.mark.parametrize("path", ["/api/v1/customers/", "/api/v1/schema", "/api/v1/docs", "/healthz/", "/"])
def test_all_other_paths_refuse_a_disallowed_host(service, path, host):
    status, head, body = respond(service, path, host)

    assert status == 400
    if path.startswith("/api/"):
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["detail"] == "Bad Request."
    else:
        assert b"<h1>Bad Request (400)</h1>" in body
        assert b"evil" not in body
        assert b"script>'" not in body
