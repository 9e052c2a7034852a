"""Every type of problem is described, has a page at its own address, and is in the schema of its operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import config.urls  # noqa: F401  It imports all views, and so all refusals.
from apps.api.problem_types import GENERAL, conflict_type, refusals
from apps.errors import Conflict
from tests.conftest import Api

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs/openapi-development.yaml").read_text())
REFUSALS = [refusal for refusal in refusals(Conflict) if refusal.__module__.startswith("apps.")]  # not those of tests
KINDS = {kind.slug: kind for kind in [*GENERAL, *map(conflict_type, REFUSALS)]}
# Raised before an operation is known.
OF_NO_OPERATION = {"method-not-allowed", "server-error"}


def refusals_of(path: str, method: str) -> set[str]:
    """The types that the schema lists for the 409 of an operation."""
    schema = DOCUMENT["paths"][path][method]["responses"]["409"]["content"]["application/problem+json"]["schema"]
    refs = [schema["$ref"]] if "$ref" in schema else [*schema["discriminator"]["mapping"].values()]
    of_type = (DOCUMENT["components"]["schemas"][ref.rpartition("/")[2]]["properties"]["type"] for ref in refs)
    return {uri.removeprefix("/docs/problems/") for schema in of_type for uri in schema["enum"]}


@pytest.mark.parametrize("slug", KINDS)
def test_a_type_is_described_and_its_address_explains_it(slug):
    kind = KINDS[slug]

    page = Api().get(kind.uri)

    assert all([kind.meaning, kind.remedy, kind.detail]), kind
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = page.content.decode()
    assert f"<h1>{kind.title}</h1>" in text
    assert all(f"<code>{name}</code>" in text for name in kind.members)


def test_an_unknown_type_has_no_page():
    assert Api().get("/docs/problems/no-such-problem").status_code == 404


def test_the_schema_has_each_type_with_its_own_members_and_an_example():
    schemas = {name: schema for name, schema in DOCUMENT["components"]["schemas"].items() if name.endswith("Problem")}
    named = {
        schema["properties"]["type"]["enum"][0].removeprefix("/docs/problems/"): schema for schema in schemas.values()
    }

    assert set(named) == set(KINDS) - OF_NO_OPERATION
    for slug, schema in named.items():
        members = ["type", "title", "status", "detail", "request_id", *KINDS[slug].members]
        assert schema["required"] == list(schema["properties"]) == list(schema["example"]) == members


@pytest.mark.parametrize(
    ("path", "method", "own"),
    [
        ("customers/", "post", {"customer-email-taken"}),
        ("customers/{id}/", "patch", {"customer-email-taken"}),
        ("customers/{id}/", "delete", {"customer-has-orders", "still-referred-to"}),
        ("orders/", "post", set()),
        ("orders/{id}/", "patch", {"order-not-draft"}),
        ("orders/{id}/", "delete", {"order-not-draft", "still-referred-to"}),
        ("orders/{id}/pay/", "post", {"move-not-allowed"}),
        ("orders/{id}/ship/", "post", {"move-not-allowed"}),
        ("orders/{id}/cancel/", "post", {"move-not-allowed"}),
        ("orders/{id}/archive/", "post", set()),
        ("items/", "post", {"order-not-draft", "order-full"}),
        ("items/{id}/", "patch", {"order-not-draft"}),
        ("items/{id}/", "delete", {"order-not-draft", "order-needs-item", "still-referred-to"}),
        ("devtools/seed/", "post", {"seed-collision"}),
        ("devtools/reset/", "post", {"tenant-not-for-trying"}),
    ],
)
def test_an_operation_lists_the_refusals_of_its_services(path, method, own):
    assert refusals_of(f"/api/v1/{path}", method) == {*own, "concurrent-change", "idempotency-key-in-use"}


def test_every_refusal_of_a_service_is_listed_by_an_operation():
    general = {kind.slug for kind in GENERAL}
    listed: set[str] = set()
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            listed |= refusals_of(path, method) if "409" in operation["responses"] else set()

    assert listed - general == set(KINDS) - general != set()


def test_a_problem_has_the_type_of_its_cause(acme: Any, api: Any):
    answers = {
        "not-found": api.get("/api/v1/orders/1/"),
        "unauthorized": Api("rl_unknown_key").get("/api/v1/orders/"),
        "bad-request": api.post("/api/v1/orders/?x=1", {}),
        "invalid-request": api.post("/api/v1/orders/", {}),
        "not-acceptable": api.get("/api/v1/orders/", headers={"Accept": "text/csv"}),
        "precondition-failed": api.get("/api/v1/orders/", headers={"If-Match": '"x"'}),
        "address-too-long": api.get(f"/api/v1/orders/?email={'a' * 9000}"),
    }

    assert {slug: (answer.json()["type"], answer.json()["title"]) for slug, answer in answers.items()} == {
        slug: (KINDS[slug].uri, KINDS[slug].title) for slug in answers
    }


def test_a_client_may_ask_for_problems_alone(acme: Any, api: Any):
    """As generated clients do of an operation whose success has no body."""
    customer = api.post("/api/v1/customers/", {"email": "ada@example.com", "name": "Ada"}).json()

    deleted = api.delete(f"/api/v1/customers/{customer['id']}/", headers={"Accept": "application/problem+json"})
    again = api.delete(f"/api/v1/customers/{customer['id']}/", headers={"Accept": "Application/Problem+JSON; q=0.5"})

    assert (deleted.status_code, again.status_code, again["Content-Type"]) == (204, 404, "application/problem+json")
