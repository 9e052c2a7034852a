from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

CUSTOMERS = "/api/v1/customers/"
NO_LINKS = dict.fromkeys(["next", "previous", "next_cursor", "previous_cursor"])


def emails(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["email"] for row in response.json()["results"]]


def assert_refused(response: Any, parameter: str, code: str, detail: str) -> None:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/docs/problems/invalid-request",
        "title": "Invalid request",
        "status": 400,
        "detail": "The request is not valid; see errors.",
        "request_id": response["X-Request-ID"],
        "errors": [{"parameter": parameter, "code": code, "detail": detail}],
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_statements_at_any_size(in_acme: Tenant, api: Any, count: Any, rows: int) -> None:
    baker.make(Customer, _quantity=rows)

    with count() as statements:
        response = api.get(CUSTOMERS)

    assert len(response.json()["results"]) == rows
    # 1. customers
    assert len(statements) == 1, statements.sql


@pytest.mark.parametrize("rows", [1, 3])
def test_list_with_filters_and_count_takes_the_same_statements_at_any_size(
    in_acme: Tenant, api: Any, count: Any, rows: int
) -> None:
    baker.make(Customer, is_active=True, _quantity=rows)

    with count() as statements:
        response = api.get(CUSTOMERS, {"count": "true", "is_active": "true", "email": "@", "ordering": "email"})

    assert response.json()["count"] == rows
    # 1. their number
    # 2. customers
    assert len(statements) == 2, statements.sql


def test_list_shows_every_field_of_the_rows(in_acme: Tenant, api: Any) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    customer = baker.make(Customer, email="ada@example.com", name="Ada", is_active=False, created_at=moment)
    Customer.objects.update(updated_at=moment)

    response = api.get(CUSTOMERS)

    row = {
        "id": customer.pk,
        "email": "ada@example.com",
        "name": "Ada",
        "is_active": False,
        "created_at": "2026-01-02T03:04:05.678901Z",
        "updated_at": "2026-01-02T03:04:05.678901Z",
    }
    assert response.json() == {**NO_LINKS, "results": [row]}


def test_list_without_rows_is_empty(acme: Tenant, globex: Tenant, api: Any) -> None:
    with tenant_scope(globex):
        baker.make(Customer)

    response = api.get(CUSTOMERS, {"count": "true"})

    assert response.json() == {"count": 0, **NO_LINKS, "results": []}


@pytest.mark.parametrize("part", ["ada", "ADA", "a@EXAMPLE", "Ada@Example.com", " ada "])
def test_filter_email_is_a_case_insensitive_substring_match(in_acme: Tenant, api: Any, part: str) -> None:
    baker.make(Customer, email="Ada@Example.com")
    baker.make(Customer, email="tim@example.org")

    assert emails(api.get(CUSTOMERS, {"email": part})) == ["ada@example.com"]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("%", ["a%c@example.com"]),
        ("_", ["a_c@example.com"]),
        ("A_C", ["a_c@example.com"]),
        ("a%c", ["a%c@example.com"]),
        ("\\", []),
        ("a*c", []),
        ("' OR 1=1 --", []),
    ],
)
def test_filter_email_treats_wildcards_literally(in_acme: Tenant, api: Any, part: str, found: list[str]) -> None:
    for email in ("abc@example.com", "a%c@example.com", "a_c@example.com"):
        baker.make(Customer, email=email)

    assert emails(api.get(CUSTOMERS, {"email": part})) == found


def test_filter_email_does_not_find_another_tenants(acme: Tenant, globex: Tenant, api: Any) -> None:
    with tenant_scope(globex):
        baker.make(Customer, email="grace@example.com")
    with tenant_scope(acme):
        baker.make(Customer, email="ada@example.com")

    assert emails(api.get(CUSTOMERS, {"email": "grace"})) == []


@pytest.mark.parametrize(("value", "found"), [("true", ["on@example.com"]), ("false", ["off@example.com"])])
def test_filter_is_active_narrows_the_list(in_acme: Tenant, api: Any, value: str, found: list[str]) -> None:
    baker.make(Customer, email="on@example.com", is_active=True)
    baker.make(Customer, email="off@example.com", is_active=False)

    assert emails(api.get(CUSTOMERS, {"is_active": value})) == found


@pytest.mark.parametrize("value", ["maybe", "0", "1", "yes", "null", "truefalse"])
def test_filter_is_active_refuses_an_unknown_value(in_acme: Tenant, api: Any, value: str) -> None:
    baker.make(Customer, is_active=True)
    baker.make(Customer, is_active=False)

    response = api.get(CUSTOMERS, {"is_active": value})

    assert response.status_code == 400, response.content
    assert [error["parameter"] for error in response.json()["errors"]] == ["is_active"]


@pytest.mark.parametrize(
    ("query", "parameter", "code", "detail"),
    [
        ("emial=ada", "emial", "unknown", "Unknown. Did you mean 'email'?"),
        ("tenant=1", "tenant", "unknown", "Unknown. Known: email, is_active, cursor, page_size, count, ordering."),
        ("email=", "email", "invalid", "Empty; leave it out."),
        ("email=a&email=b", "email", "repeated", "Given more than once."),
        ("email=%00", "email", "null_characters_not_allowed", "Null characters are not allowed."),
        ("page_size=0", "page_size", "invalid", "A whole number from 1 to 200."),
        ("page_size=201", "page_size", "invalid", "A whole number from 1 to 200."),
        pytest.param(f"page_size={'9' * 5000}", "page_size", "invalid", "A whole number from 1 to 200.", id="long"),
        ("page_size=abc", "page_size", "invalid", "A whole number from 1 to 200."),
        ("ordering=-emial", "ordering", "invalid", "Cannot order by '-emial'. Did you mean '-email'?"),
        ("count=1", "count", "invalid", "Either true or false."),
        ("cursor=x", "cursor", "invalid", "Not a cursor of this service; take it from a page's links."),
    ],
)
def test_list_refuses_an_unknown_or_invalid_parameter(
    in_acme: Tenant, api: Any, query: str, parameter: str, code: str, detail: str
) -> None:
    baker.make(Customer)

    assert_refused(api.get(f"{CUSTOMERS}?{query}"), parameter, code, detail)


ORDERINGS = {
    None: ["b", "a", "c"],
    "id": ["c", "a", "b"],
    "-id": ["b", "a", "c"],
    "email": ["a", "b", "c"],
    "-email": ["c", "b", "a"],
    "created_at": ["a", "c", "b"],
    "-created_at": ["b", "c", "a"],
}


@pytest.mark.parametrize("page_size", [1, 2, 200])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_list_is_ordered_across_pages(in_acme: Tenant, api: Any, ordering: str | None, page_size: int) -> None:
    for name, day in (("c", 2), ("a", 1), ("b", 3)):
        baker.make(Customer, email=f"{name}@example.com", created_at=datetime(2026, 1, day, tzinfo=timezone.utc))
    page: str | None = f"{CUSTOMERS}?page_size={page_size}" + (f"&ordering={ordering}" if ordering else "")

    seen: list[str] = []
    while page:
        response = api.get(page)
        seen += emails(response)
        page = response.json()["next"]

    assert seen == [f"{name}@example.com" for name in ORDERINGS[ordering]]
