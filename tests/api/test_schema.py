from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.devtools import services
from apps.tenancy.scope import tenant_scope

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs/openapi.yaml").read_text())
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
            if name.split("_")[0] in ("customers", "orders", "items")  # not those of further apps
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
        "/api/v1/orders/": {"items_list": {"order": row["id"]}, **{f"orders_{name}": row for name in actions}},
    }
