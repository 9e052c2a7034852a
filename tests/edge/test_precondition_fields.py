"""Preconditions as they are written on the wire: empty list elements, no value at all."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def customer(service) -> str:
    """The address of a customer."""
    created = service.ask("POST", "/api/v1/customers/", {"email": "ada@example.com", "name": "Ada"})
    return f"/api/v1/customers/{created.body['id']}/"


def patch(service, address: str, **headers: str) -> int:
    return service.ask("PATCH", address, {"name": "Ada"}, **headers).status


def test_empty_list_elements_are_no_tags(service, customer):
    tag = service.ask("GET", customer).headers["etag"]

    statuses = [patch(service, customer, **{"If-Match": value}) for value in (f'"a",,{tag}', '"a",,"b"', ",", "", '"a')]

    assert statuses == [200, 412, 412, 412, 400]


def test_if_none_match_refuses_a_change_of_what_exists(service, customer):
    tag = service.ask("GET", customer).headers["etag"]

    assert [patch(service, customer, **{"If-None-Match": value}) for value in ("*", tag, '"a"')] == [412, 412, 200]


def test_a_collection_has_no_tag_that_could_match(service):
    body = {"email": "grace@example.com", "name": "Grace"}

    created = service.ask("POST", "/api/v1/customers/", body, **{"If-Match": '"a"'})
    listed = service.ask("GET", "/api/v1/customers/", **{"If-Match": '"a"'})

    assert (created.status, listed.status) == (412, 412)


def test_a_replay_needs_the_preconditions_of_the_first_request(service, customer):
    key = {"Idempotency-Key": "once"}
    tag = service.ask("GET", customer).headers["etag"]

    def rename(if_match: str) -> int:
        return service.ask("PATCH", customer, {"name": "Lovelace"}, **key, **{"If-Match": if_match}).status

    assert [rename(tag), rename(tag), rename('"stale"')] == [200, 200, 422]
