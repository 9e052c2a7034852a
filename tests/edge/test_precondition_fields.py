"""The syntax of If-Match and If-None-Match on the wire, such as empty list elements."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def customer(service) -> str:
    """The URL of a customer."""
    created = service.ask("POST", "/api/v1/customers/", {"email": "ada@example.com", "name": "Ada"})
    return f"/api/v1/customers/{created.body['id']}/"


def patch(service, address: str, **headers: str) -> int:
    return service.ask("PATCH", address, {"name": "Ada"}, **headers).status


def test_empty_list_elements_are_ignored(service, customer):
    tag = service.ask("GET", customer).headers["etag"]

    statuses = [patch(service, customer, **{"If-Match": value}) for value in (f'"a",,{tag}', '"a",,"b"', ",", "", '"a')]

    assert statuses == [200, 412, 412, 412, 400]


def test_if_none_match_star_refuses_an_update_of_an_existing_row(service, customer):
    tag = service.ask("GET", customer).headers["etag"]

    assert [patch(service, customer, **{"If-None-Match": value}) for value in ("*", tag, '"a"')] == [412, 412, 200]


def test_if_match_on_a_collection_never_matches(service):
    body = {"email": "grace@example.com", "name": "Grace"}

    created = service.ask("POST", "/api/v1/customers/", body, **{"If-Match": '"a"'})
    listed = service.ask("GET", "/api/v1/customers/", **{"If-Match": '"a"'})

    assert (created.status, listed.status) == (412, 412)


def test_replay_requires_the_preconditions_of_the_first_request(service, customer):
    key = {"Idempotency-Key": "once"}
    tag = service.ask("GET", customer).headers["etag"]

    def rename(if_match: str) -> int:
        return service.ask("PATCH", customer, {"name": "Lovelace"}, **key, **{"If-Match": if_match}).status

    assert [rename(tag), rename(tag), rename('"stale"')] == [200, 200, 422]
