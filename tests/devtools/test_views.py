from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.customers.models import Customer
from apps.devtools.serializers import MAX_ROWS
from apps.devtools.services import CHUNK_ROWS
from apps.orders.models import Item, Order
from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.scope import tenant_scope

SEED = "/api/v1/devtools/seed/"
SMALL = {"customers": 2, "orders_per_customer": 2, "items_per_order": 2, "seed": 7}


def rows_of(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        return [model.objects.count() for model in (Customer, Order, Item)]


def assert_refused(response: Any, *errors: dict[str, str]) -> None:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/docs/problems/invalid-request",
        "title": "Invalid request",
        "status": 400,
        "detail": "The request is not valid; see errors.",
        "request_id": response["X-Request-ID"],
        "errors": list(errors),
    }


@pytest.mark.parametrize(
    ("body", "written"),
    [
        pytest.param(SMALL, [2, 4, 8], id="all named"),
        pytest.param({}, [20, 100, 300], id="defaults"),
        pytest.param("", [20, 100, 300], id="no body"),
        pytest.param({"customers": 1}, [1, 5, 15], id="one named"),
        pytest.param({"customers": 1000, "orders_per_customer": 0}, [1000, 0, 0], id="most customers"),
        pytest.param(
            {"customers": 1, "orders_per_customer": 100, "items_per_order": 20},
            [1, 100, 2000],
            id="most orders and items",
        ),
        pytest.param({**SMALL, "seed": 2**31 - 1}, [2, 4, 8], id="highest seed"),
    ],
)
def test_seed_writes_what_its_response_says(
    acme: Tenant, globex: Tenant, api: Any, body: Any, written: list[int]
) -> None:
    response = api.post(SEED, body)

    customers, orders, items = written
    assert response.status_code == 201, response.content
    assert response.json() == {"customers": customers, "orders": orders, "items": items}
    assert rows_of(acme) == written
    assert rows_of(globex) == [0, 0, 0]


def test_seed_again_adds_more(acme: Tenant, api: Any) -> None:
    api.post(SEED, SMALL)

    response = api.post(SEED, SMALL)

    assert response.status_code == 201
    assert response.json() == {"customers": 2, "orders": 4, "items": 8}
    assert rows_of(acme) == [4, 8, 16]


def test_seed_writes_the_same_data_for_the_same_number(acme: Tenant, globex: Tenant, api: Any) -> None:
    api.post(SEED, SMALL)
    type(api)(keys.issue_key(tenant=globex)).post(SEED, SMALL)

    written = []
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            written.append(list(Item.objects.order_by("id").values_list("sku", "quantity", "order__customer__email")))
    assert len(written[0]) == 8
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("name", "value", "code", "detail"),
    [
        ("customers", 0, "min_value", "Ensure this value is greater than or equal to 1."),
        ("customers", 1001, "max_value", "Ensure this value is less than or equal to 1000."),
        ("orders_per_customer", -1, "min_value", "Ensure this value is greater than or equal to 0."),
        ("orders_per_customer", 101, "max_value", "Ensure this value is less than or equal to 100."),
        ("items_per_order", -1, "min_value", "Ensure this value is greater than or equal to 0."),
        ("items_per_order", 21, "max_value", "Ensure this value is less than or equal to 20."),
        ("seed", -1, "min_value", "Ensure this value is greater than or equal to 0."),
        ("seed", 2**31, "max_value", "Ensure this value is less than or equal to 2147483647."),
        pytest.param("customers", "9" * 5000, "invalid", "A valid integer is required.", id="5000 digits"),
        ("customers", 1.5, "invalid", "A valid integer is required."),
        ("customers", 2.0, "invalid", "A valid integer is required."),
        ("customers", "2", "invalid", "A valid integer is required."),
        ("customers", True, "invalid", "A valid integer is required."),
        ("customers", [1], "invalid", "A valid integer is required."),
        ("customers", None, "null", "This field may not be null."),
    ],
)
def test_seed_refuses_values_out_of_bounds_and_writes_nothing(
    acme: Tenant, api: Any, name: str, value: Any, code: str, detail: str
) -> None:
    response = api.post(SEED, {**SMALL, name: value})

    assert_refused(response, {"pointer": f"#/{name}", "code": code, "detail": detail})
    assert rows_of(acme) == [0, 0, 0]


@pytest.mark.parametrize(("items", "rows"), [(2, 301_000), (0, 101_000)])
def test_seed_refuses_more_rows_than_a_request_may_write(acme: Tenant, api: Any, items: int, rows: int) -> None:
    response = api.post(SEED, {"customers": 1000, "orders_per_customer": 100, "items_per_order": items})

    detail = f"{rows} rows are more than one request may write ({MAX_ROWS}); use manage.py seed."
    assert_refused(response, {"pointer": "#", "code": "max_value", "detail": detail})
    assert rows_of(acme) == [0, 0, 0]


def test_seed_refuses_an_unknown_field(acme: Tenant, api: Any) -> None:
    response = api.post(SEED, {**SMALL, "cutomers": 2})

    detail = "Unknown. Did you mean 'customers'?"
    assert_refused(response, {"pointer": "#/cutomers", "code": "unknown", "detail": detail})
    assert rows_of(acme) == [0, 0, 0]


def test_seed_refuses_a_body_that_is_not_an_object(acme: Tenant, api: Any) -> None:
    response = api.post(SEED, [])

    detail = "Invalid data. Expected a dictionary, but got list."
    assert_refused(response, {"pointer": "#", "code": "invalid", "detail": detail})
    assert rows_of(acme) == [0, 0, 0]


@pytest.mark.parametrize(("scope", "status"), [(ApiKey.Scope.READ, 403), (None, 401)])
def test_seed_requires_a_write_key(acme: Tenant, api: Any, scope: str | None, status: int) -> None:
    client = type(api)(keys.issue_key(tenant=acme, scope=scope) if scope else "")

    response = client.post(SEED, SMALL)

    assert response.status_code == status
    assert response.json()["status"] == status
    assert rows_of(acme) == [0, 0, 0]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_seed_accepts_only_post(acme: Tenant, api: Any, method: str) -> None:
    response = getattr(api, method)(SEED)

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == f'Method "{method.upper()}" not allowed.'
    assert response["Allow"] == "POST"
    assert rows_of(acme) == [0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_seed_commits_each_chunk_by_itself(acme: Tenant, api: Any) -> None:
    # 1,051 rows a customer, and one customer more than a chunk takes.
    customers = CHUNK_ROWS // 1051 + 1

    with CaptureQueriesContext(connection) as queries:
        response = api.post(SEED, {"customers": customers, "orders_per_customer": 50, "items_per_order": 20})

    assert response.json() == {"customers": customers, "orders": customers * 50, "items": customers * 1000}
    # Both chunks, and the totals of the reports.
    commits = 2 + apps.is_installed("apps.reporting")
    assert [query["sql"] for query in queries].count("COMMIT") == commits
