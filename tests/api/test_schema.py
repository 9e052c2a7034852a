from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.devtools import services
from apps.tenancy.scope import tenant_scope

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = yaml.safe_load((DOCS / "openapi-development.yaml").read_text())
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]


@pytest.fixture
def demo(acme) -> Any:
    """Acme with the demo data, in the demo tenant's time zone."""
    acme.timezone = "UTC"
    acme.save()
    with tenant_scope(acme, atomic=False):
        services.seed(customers=20, orders_per_customer=5, items_per_order=3, seed=42)
    return acme


@pytest.mark.role("orders_owner")  # Only the owner can set a sequence back, and the examples show ids.
@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("name", ["Customer", "Order", "Item", "Summary", "Sales", "Products"])
def test_an_example_is_what_the_demo_data_answers(demo, api, name):
    address, operation = {
        "Customer": ("customers/1/", "customers/{id}/"),
        "Order": ("orders/1/", "orders/{id}/"),
        "Item": ("items/1/", "items/{id}/"),
        "Summary": ("reporting/summary/?limit=2", "reporting/summary/"),
        "Sales": ("reporting/sales/?from=2026-06-01&to=2026-06-02", "reporting/sales/"),
        "Products": ("reporting/products/?limit=2", "reporting/products/"),
    }[name]
    content = DOCUMENT["paths"][f"/api/v1/{operation}"]["get"]["responses"]["200"]["content"]["application/json"]

    assert api.get(f"/api/v1/{address}").json() == content["examples"][name]["value"]


def test_every_operation_has_a_summary_an_example_and_its_errors():
    for path, method in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]
        errors = {"400", "401", "429", *(["404"] if "{" in path else [])}
        errors |= {"403", "409", "413", "415"} if method != "get" else set()

        assert operation["summary"], path
        assert errors <= set(operation["responses"]), path
        assert method == "delete" or "examples" in str(operation), path


def test_every_read_evaluates_preconditions():
    for path, method in OPERATIONS:
        if method == "get":
            assert {"304", "412"} <= set(DOCUMENT["paths"][path][method]["responses"]), path


def test_docs_are_served_from_our_own_address(client):
    page = client.get("/api/v1/docs", secure=True)
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())

    assert page.status_code == 200
    assert len(assets) >= 4
    for asset in assets:
        response = client.get(asset, secure=True)
        assert (response.status_code, response.getvalue() != b"") == (200, True), asset
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.content.decode())


def test_schema_is_served_as_committed(client):
    served = client.get("/api/v1/schema", secure=True, headers={"Accept": "application/vnd.oai.openapi"})

    assert yaml.safe_load(served.content) == DOCUMENT


def test_a_creation_links_to_what_can_be_done_with_its_row():
    links = {
        path: {
            name: link["parameters"]
            for name, link in DOCUMENT["paths"][path]["post"]["responses"]["201"]["links"].items()
            if name.split("_")[0] in ("customers", "orders", "items", "events")  # not those of further apps
        }
        for path in ("/api/v1/customers/", "/api/v1/items/", "/api/v1/orders/")
    }
    changes = ["retrieve", "partial_update", "destroy"]
    actions = [*changes, "archive", "cancel", "pay", "ship", "unarchive"]
    row = {"id": "$response.body#/id"}

    assert links == {
        "/api/v1/customers/": {
            "customers_orders_list": {"customer_id": row["id"]},
            **{f"customers_{name}": row for name in changes},
            "orders_list": {"customer": row["id"]},
        },
        "/api/v1/items/": {f"items_{name}": row for name in changes},
        "/api/v1/orders/": {
            "events_list": {"order": row["id"]},
            "items_list": {"order": row["id"]},
            "orders_events_list": {"order_id": row["id"]},
            **{f"orders_{name}": row for name in actions},
        },
    }


def test_every_operation_parameter_and_tag_is_described():
    tags = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    for path, method in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]

        assert operation["description"], path
        assert [name for name in operation["tags"] if not tags.get(name)] == [], path
        assert [one["name"] for one in operation.get("parameters", []) if not one.get("description")] == [], path
        assert [
            status for status, of in operation["responses"].items() if not of.get("description", "$ref" in of)
        ] == []


def test_responses_are_open_and_requests_are_strict():
    schemas = DOCUMENT["components"]["schemas"]
    requests = {name for name in schemas if name.endswith("Request")}
    described = {name for name in schemas if not name.endswith(("Request", "Problem"))}

    assert {name for name, schema in schemas.items() if schema.get("additionalProperties") is False} == requests
    closed = [
        f"{name}.{field}" for name in described for field, of in schemas[name]["properties"].items() if "enum" in of
    ]
    assert closed == []
    assert schemas["Order"]["properties"]["status"]["x-extensible-enum"] == ["draft", "paid", "shipped", "cancelled"]
    assert len(requests) >= 6


def test_every_integer_has_a_format():
    def integers(part: Any, place: str) -> Iterator[tuple[str, Any]]:
        if isinstance(part, dict) and part.get("type") == "integer":
            yield place, part.get("format")
        for name, inner in (
            part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        ):
            yield from integers(inner, f"{place}/{name}")

    found = dict(integers([DOCUMENT["paths"], DOCUMENT["components"]["schemas"]], ""))

    assert len(found) > 100
    assert [place for place, form in found.items() if form not in ("int32", "int64")] == []


def test_orderings_have_names_for_generated_clients():
    [ordering] = [
        one for one in DOCUMENT["paths"]["/api/v1/customers/"]["get"]["parameters"] if one["name"] == "ordering"
    ]

    assert dict(zip(ordering["schema"]["enum"], ordering["schema"]["x-enum-varnames"], strict=True)) == {
        "id": "ID_ASC", "-id": "ID_DESC", "created_at": "CREATED_AT_ASC", "-created_at": "CREATED_AT_DESC",
        "email": "EMAIL_ASC", "-email": "EMAIL_DESC",
    }  # fmt: skip


def test_production_publishes_the_same_without_development():
    published = yaml.safe_load((DOCS / "openapi.yaml").read_text())
    shared = {path: operations for path, operations in DOCUMENT["paths"].items() if "/devtools/" not in path}

    assert published["paths"] == shared
    assert "devtools" not in str(published)
