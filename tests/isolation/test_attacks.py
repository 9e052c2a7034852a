"""No request reads or changes another tenant's rows, by any operation, parameter, field or header.

Acme sends each attack while globex has rows and while it has none: the responses and acme's own rows are the same, byte
for byte. A new operation, parameter or field fails here until `tests/<app>/attacks.py` has its row of the matrix.

There are two walls: the scoped ORM (managers, fields and deletion), and in the database row-level security with
composite foreign keys (on SQLite triggers that guard the keys). Each is tested alone, and both removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, models
from django.urls import resolve
from rest_framework.relations import RelatedField

from apps.database import compiled
from apps.database import tenant_keys as triggers
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.owned import TenantField, TenantManager, TenantOwned
from tests.isolation.matrix import STATUSES, Operation, of_a_missing_row
from tests.isolation.two_tenants import World
from tests.orders.attacks import LINE, ORDER_BODY, ORDER_FILTERS
from tests.support.attacks import CHANGE, KEY
from tests.support.collecting import APPS, ROWS
from tests.support.kinds import DOCUMENT, DOCUMENTS


def operations(document: dict[str, Any]) -> dict[str, Operation]:
    found = [Operation(document, path, method) for path, methods in document["paths"].items() for method in methods]
    return {operation.label: operation for operation in found}


OPERATIONS = {label: operation for document in DOCUMENTS for label, operation in operations(document).items()}
# The kinds of attack that the walls stop; serializers stop the others.
ABOUT_ROWS = {"path id", "filter", "ordering", "cursor", "body key", "header"}
ATTACKS = [(label, kind) for label, row in ROWS.items() for kind in row]


def first_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore Django's own manager, field and delete, as in code that forgets the tenant."""
    resolve("/api/v1/orders/")  # import the views first, or what they build on import would lack the wall for good
    monkeypatch.setattr(TenantManager, "get_queryset", models.Manager.get_queryset)
    monkeypatch.setattr(TenantField, "get_db_prep_save", models.ForeignKey.get_db_prep_save)
    monkeypatch.setattr(TenantOwned, "delete", models.Model.delete)
    monkeypatch.setattr(RelatedField, "get_queryset", lambda field: field.queryset.model.objects.all())


def second_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove row-level security and composite foreign keys for the rest of the test's transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for guard in triggers.TRIGGERS:
                cursor.execute(f"DROP TRIGGER {guard.full_name}")
            return
        for model in tenant_owned_models():
            table = model._meta.db_table
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
                " AND cardinality(conkey) > 1",
                [table],
            )
            for (key,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")


WALLS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], ...]] = {
    "both": (),
    "first off": (first_wall_off,),
    "second off": (second_wall_off,),
    "none": (first_wall_off, second_wall_off),
}
# Only the owner can remove the second wall. On SQLite it cannot stand alone: its triggers guard keys, not reads.
UNDER = {
    name: pytest.param(name, marks=pytest.mark.role("orders_owner") if second_wall_off in off else ())
    for name, off in WALLS.items()
}
STANDING = [UNDER[name] for name in ("both", *["first off"] * (connection.vendor == "postgresql"), "second off")]


@pytest.fixture
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for take_down in WALLS[request.param]:
        take_down(monkeypatch)
    compiled.clear()
    yield
    compiled.clear()


@pytest.fixture
def world(acme: Any, globex: Any, settings: Any) -> World:
    settings.DEFAULT_TENANT = acme.slug  # only the default tenant can be reset
    return World(acme, globex)


def findings(world: World, operation: Operation, kind: str) -> Iterator[str]:
    """Yield what each attack of a kind leaked or changed. Nothing is yielded if the tenants are isolated."""
    with world.with_theirs():
        theirs = world.rows(world.globex)
        requests = operation.attacks(kind, world)
        own = world.outcome(operation.own_request(world))
        outcomes = [world.outcome(request) for request in requests]
        missing = [
            outcome if request == twin else world.outcome(twin)
            for request, outcome, twin in zip(requests, outcomes, map(of_a_missing_row, requests), strict=True)
        ]
    for request, outcome, of_missing in zip(requests, outcomes, missing, strict=True):
        sent = request.body if kind == "value" else None
        assigned = outcome.status < 300 and kind in ("nested item", "mass assignment") and outcome != own
        faults = {
            "status": outcome.status not in STATUSES[kind],
            "tells": world.seen(outcome.text, sent=sent),
            "keeps": world.seen(outcome.ours, sent=sent),
            "changes": outcome.theirs != theirs,
            "assigns": assigned,
            "is not as without the row": outcome != of_missing,
            "is not as without globex": outcome[:3] != world.outcome(request)[:3],
        }
        yield from (f"{fault}: {request} {outcome.status}" for fault, found in faults.items() if found)


def test_every_operation_parameter_and_field_is_in_the_matrix():
    lacking = [
        f"{operation.app.file}: ROWS must have {label!r}: {operation.row}"
        for label, operation in OPERATIONS.items()
        if operation.row != ROWS.get(label)
    ]
    gone = [
        f"{app.file}: ROWS must not have {label!r}: there is no such operation in docs/openapi-development.yaml."
        for app in APPS.values()
        for label in app.rows
        if label not in OPERATIONS
    ]
    assert lacking + gone == []


def test_addition_to_the_schema_without_a_row_is_detected():
    document = deepcopy(DOCUMENT)
    orders = document["paths"]["/api/v1/orders/"]
    document["paths"]["/api/v1/orders/{id}/copy/"] = {"post": document["paths"]["/api/v1/orders/{id}/pay/"]["post"]}
    orders["get"]["parameters"].append({"name": "sku", "in": "query", "schema": {"type": "string"}})
    document["components"]["schemas"]["OrderItemRequest"]["properties"]["order"] = {"type": "integer"}

    rows = {label: operation.row for label, operation in operations(document).items()}

    changed = {label: row for label, row in rows.items() if row != ROWS.get(label)}
    assert changed == {
        "GET orders/": {**ROWS["GET orders/"], "filter": ORDER_FILTERS.replace("status", "sku status")},
        "POST orders/": {**KEY, **ORDER_BODY, "value": f"items.order {LINE}"},
        "PATCH orders/{id}/": {**CHANGE, **ORDER_BODY, "value": f"items.order {LINE}"},
        "POST orders/{id}/copy/": ROWS["POST orders/{id}/pay/"],
    }


def test_every_read_shows_globex_its_rows_so_a_leak_would_show(world):
    with world.with_theirs():
        seen = {
            label: set().union(*(world.seen(world.outcome(read, world.globex).text) for read in operation.reads(world)))
            for label, operation in OPERATIONS.items()
            if operation.method == "get"
        }

    blind = [
        f"{OPERATIONS[label].app.file}: populate(marks) must write rows that {label} shows, with values of `marks`."
        for label, canaries in seen.items()
        if not canaries
    ]
    assert blind == []
    assert set().union(*seen.values()) == world.canaries


@pytest.mark.parametrize("walls", STANDING, indirect=True)
@pytest.mark.parametrize(("label", "kind"), ATTACKS)
def test_attack_leaks_and_changes_nothing(world, walls, label, kind):
    assert list(findings(world, OPERATIONS[label], kind)) == []


@pytest.mark.parametrize("walls", [UNDER["none"]], indirect=True)
@pytest.mark.parametrize(("label", "kind"), [attack for attack in ATTACKS if attack[1] in ABOUT_ROWS])
def test_attack_without_walls_is_detected(world, walls, label, kind):
    kept_by_its_path = "path id" in ROWS[label] and kind in ("filter", "ordering")
    only_a_hash = OPERATIONS[label].method == "get" and kind == "header"

    assert bool(list(findings(world, OPERATIONS[label], kind))) is not (kept_by_its_path or only_a_hash)
