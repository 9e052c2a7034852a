"""Header fields that a server or a framework reads in more than one way."""

from __future__ import annotations


def test_a_request_without_https_is_refused(service):
    assert service.ask("GET", "/api/v1/customers/", **{"X-Forwarded-Proto": "http"}).status == 403
