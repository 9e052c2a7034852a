"""The published schema breaks no client of the last release, and breaking.py sees what would."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest
import yaml

from harness.machine import ROOT
from tests.clients.breaking import breaking_changes
from tests.clients.conftest import SCHEMA

RELEASES = json.loads((ROOT / "docs/releases.json").read_text())  # the newest is the last


def released_schema(release: dict[str, Any]) -> str:
    """Return the published schema of a release, which is kept because a clone may lack the commit."""
    return (ROOT / f"docs/releases/{release['version']}.yaml").read_text()


OLD: dict[str, Any] = yaml.safe_load("""
paths:
  /orders/:
    get:
      operationId: orders_list
      parameters:
        - {in: query, name: status, schema: {type: string, enum: [draft, paid], default: draft}}
        - {in: query, name: size, schema: {type: integer, minimum: 1, maximum: 200}}
      responses:
        "200":
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
        "409": {$ref: "#/components/responses/Conflict"}
    post:
      operationId: orders_create
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/NewOrder"}}}
      responses: {"201": {description: Created.}}
components:
  responses:
    Conflict: {content: {application/problem+json: {schema: {oneOf: [
      {$ref: "#/components/schemas/Refused"}, {$ref: "#/components/schemas/Taken"}]}}}}
  schemas:
    NewOrder:
      type: object
      required: [customer]
      properties:
        customer: {type: integer}
        note: {type: string, maxLength: 100, nullable: true}
    Order:
      type: object
      required: [id, status]
      properties:
        id: {type: integer, format: int64}
        status: {type: string, x-extensible-enum: [draft, paid]}
        kind: {type: string, enum: [one, two]}
        cause: {allOf: [{$ref: "#/components/schemas/Taken"}], nullable: true}
    Refused: {type: object, properties: {type: {type: string, enum: [/problems/refused]}}}
    Taken: {type: object, properties: {type: {type: string, enum: [/problems/taken]}}}
""")
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> dict[str, Any]:
    """A copy of OLD with a change, which is a function of its parts by name."""
    new = copy.deepcopy(OLD)
    orders = new["paths"]["/orders/"]
    status, size = orders["get"]["parameters"]
    refusals = new["components"]["responses"]["Conflict"]["content"]["application/problem+json"]["schema"]
    parts = {"paths": new["paths"], "list": orders["get"], "create": orders["post"], "status": status, "size": size}
    change({**parts, "refusals": refusals, **new["components"]["schemas"]})
    return new


BREAKING: dict[str, Change] = {
    "POST /orders/: removed": lambda new: new["paths"]["/orders/"].pop("post"),
    "GET /orders/: operationId orders_list -> orders": lambda new: new["list"].update(operationId="orders"),
    # Requests: a parameter or field is removed or required, or takes fewer values.
    "GET /orders/ query size: removed": lambda new: new["list"]["parameters"].pop(),
    "GET /orders/: required [] -> ['query size']": lambda new: new["size"].update(required=True),
    "GET /orders/ query size: maximum 200 -> 100": lambda new: new["size"]["schema"].update(maximum=100),
    "GET /orders/ query size: minimum 1 -> 2": lambda new: new["size"]["schema"].update(minimum=2),
    "GET /orders/ query size: type integer -> string": lambda new: new["size"]["schema"].update(type="string"),
    "GET /orders/ query status: enum ['draft', 'paid'] -> ['draft']": lambda new: new["status"]["schema"]["enum"].pop(),
    "GET /orders/ query status: default draft -> paid": lambda new: new["status"]["schema"].update(default="paid"),
    "POST /orders/: required [] -> ['body']": lambda new: new["create"]["requestBody"].update(required=True),
    "POST /orders/ body application/json note: removed": lambda new: new["NewOrder"]["properties"].pop("note"),
    "POST /orders/ body application/json: required ['customer'] -> ['customer', 'note']": (
        lambda new: new["NewOrder"]["required"].append("note")
    ),
    "POST /orders/ body application/json customer: minimum None -> 1": (
        lambda new: new["NewOrder"]["properties"]["customer"].update(minimum=1)
    ),
    "POST /orders/ body application/json note: nullable True -> None": (
        lambda new: new["NewOrder"]["properties"]["note"].pop("nullable")
    ),
    "POST /orders/ body application/json note: maxLength 100 -> 50": (
        lambda new: new["NewOrder"]["properties"]["note"].update(maxLength=50)
    ),
    "POST /orders/ body application/json note: pattern None -> ^a": (
        lambda new: new["NewOrder"]["properties"]["note"].update(pattern="^a")
    ),
    # Responses: a status, header, field or kind of problem is removed, or a field takes further values.
    "GET /orders/ 409: removed": lambda new: new["list"]["responses"].pop("409"),
    "GET /orders/ 200 ETag: removed": lambda new: new["list"]["responses"]["200"].pop("headers"),
    "GET /orders/ 200 body: removed": lambda new: new["list"]["responses"]["200"].pop("content"),
    "GET /orders/ 200 body application/json [] id: removed": lambda new: new["Order"]["properties"].pop("id"),
    "GET /orders/ 200 body application/json []: required ['id', 'status'] -> ['id']": (
        lambda new: new["Order"]["required"].pop()
    ),
    "GET /orders/ 200 body application/json [] id: format int64 -> None": (
        lambda new: new["Order"]["properties"]["id"].pop("format")
    ),
    "GET /orders/ 200 body application/json [] id: nullable None -> True": (
        lambda new: new["Order"]["properties"]["id"].update(nullable=True)
    ),
    "GET /orders/ 200 body application/json [] kind: enum ['one', 'two'] -> ['one', 'two', 'three']": (
        lambda new: new["Order"]["properties"]["kind"]["enum"].append("three")
    ),
    "GET /orders/ 200 body application/json [] cause type: removed": (
        lambda new: new["Order"]["properties"]["cause"].update(allOf=[{"type": "object"}])
    ),
    "GET /orders/ 409 body application/problem+json (Taken): removed": lambda new: new["refusals"]["oneOf"].pop(),
}
COMPATIBLE: dict[str, Change] = {
    "an operation": lambda new: new["paths"].update({"/items/": {"get": new["list"]}}),
    "an optional parameter": lambda new: new["list"]["parameters"].append(
        {"in": "query", "name": "count", "schema": {"type": "boolean"}}
    ),
    "a value of a parameter": lambda new: new["status"]["schema"]["enum"].append("shipped"),
    "a wider parameter": lambda new: new["size"]["schema"].update(minimum=0, maximum=500),
    "an optional field of a request": lambda new: new["NewOrder"]["properties"].update(at={"type": "string"}),
    "a field of a response": lambda new: new["Order"]["properties"].update(at={"type": "string"}),
    "an open value": lambda new: new["Order"]["properties"]["status"]["x-extensible-enum"].append("shipped"),
    "a status": lambda new: new["create"]["responses"].update({"409": {"$ref": "#/components/responses/Conflict"}}),
    "a kind of problem": lambda new: new["refusals"]["oneOf"].append({"type": "object"}),
    "a field that is always there": lambda new: new["Order"]["required"].append("kind"),
}


@pytest.mark.parametrize("line", BREAKING)
def test_a_breaking_change_is_named(line):
    assert breaking_changes(OLD, changed(BREAKING[line])) == [line]


@pytest.mark.parametrize("name", COMPATIBLE)
def test_an_addition_breaks_nothing(name):
    assert breaking_changes(OLD, changed(COMPATIBLE[name])) == []


def test_the_schema_breaks_no_client_of_the_last_release():
    released = released_schema(RELEASES[-1])

    assert breaking_changes(yaml.safe_load(released), yaml.safe_load(SCHEMA.read_text())) == []


@pytest.mark.parametrize("release", RELEASES, ids=itemgetter("version"))
def test_a_released_schema_is_that_of_the_recorded_commit(release):
    command = ["git", "show", f"{release['commit']}:docs/openapi.yaml"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if shown.returncode:
        pytest.skip("This copy of the repository has no history that far back.")

    assert shown.stdout == released_schema(release)
