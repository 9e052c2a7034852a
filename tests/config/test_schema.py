from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.devtools import services
from apps.tenancy import keys
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


@pytest.fixture
def requests_keep_the_connection():
    """A WSGI call would close the connection that the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("requests_keep_the_connection")
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_in_the_schema(demo, settings, path, method):
    settings.SECURE_SSL_REDIRECT = False
    headers = {"Authorization": f"Bearer {keys.issue_key(tenant=demo)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", WSGIHandler())

    @given(case=schema[path][method].as_strategy())
    @hypothesis_settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        # The schema cannot say which ids exist, which cursors were signed, or how two bounds relate.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()
