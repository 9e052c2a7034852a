"""Upgrade a filled database of commit e2520b9: `migrate` keeps every row and gives it the schema of a new database.

The database is restored from a dump that `make.py` wrote, because a shallow clone lacks that commit. The API keys in it
are test data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timezone
from typing import Any, NamedTuple

import pytest

from harness.processes import manage
from tests.conftest import new_database
from tests.support.service import Service, serving
from tests.upgrade.stored import Rows, restore, rows_of, schema_of, select

ACME, GLOBEX = 1, 2
KEY, READ_KEY, EXPIRED_KEY, REVOKED_KEY, GLOBEX_KEY = (f"rl_{number:08x}_{number:064x}" for number in range(1, 6))
# Values that migrations have rewritten since: table, column, and the new value by id.
REWRITTEN: dict[tuple[str, str], dict[int, str]] = {
    ("tenancy_tenant", "slug"): {3: "Acme-3"},
    ("tenancy_tenant", "name"): {1: "Acme", 2: "Glob\u00e9x", 3: "Acme again"},
    ("tenancy_apikey", "name"): {1: "billing job", 5: "billing job", 9: "billing job"},
    ("customers_customer", "email"): {
        10: "ada+10@xn--bcher-kva.example",
        11: "ada+11@xn--bcher-kva.example",
        14: "grace@xn--strae-oqa.example",
        15: "jos%c3%a9@example.com",
        22: "ada+22@xn--bcher-kva.example",
        23: "ada+23@xn--bcher-kva.example",
        26: "grace@xn--strae-oqa.example",
        27: "jos%c3%a9@example.com",
    },
    ("customers_customer", "name"): {
        10: "Zo\u00eb",
        11: "Zo\u00eb Smith",
        12: "Ada",
        14: "ecarG",
        15: "Jos\u00e9",
        22: "Zo\u00eb",
        23: "Zo\u00eb Smith",
        24: "Ada",
        26: "ecarG",
        27: "Jos\u00e9",
    },
    ("orders_item", "sku"): {
        **dict.fromkeys([35, 37, 40, 45, 47, 50, 75, 77, 80, 85, 87, 90], "TEA"),
        **dict.fromkeys([38, 41, 48, 51, 78, 81, 88, 91], "CAF\u00c9"),
        **dict.fromkeys([42, 52, 82, 92], "MUG BLUE"),
    },
}


class Upgraded(NamedTuple):
    """The environment of a process that uses the upgraded database, and its rows before and after the upgrade."""

    environment: dict[str, str]
    before: Rows
    after: Rows


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    with new_database(tmp_path_factory) as environment:
        restore(environment)
        before = rows_of(environment)
        manage(environment, "migrate", "-v", "0")
        yield Upgraded(environment, before, rows_of(environment))


@pytest.fixture(scope="module")
def service(upgraded: Upgraded) -> Iterator[Service]:
    """A server over the upgraded database, with acme's old key."""
    with serving(upgraded.environment, KEY) as service:
        yield service


def instant(value: Any) -> datetime | None:
    """Parse a time as a row of either database or a response contains it."""
    if not isinstance(value, str):
        return value
    found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def order_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that an order's row and its representation share, in one form."""
    times = {name: instant(row[name]) for name in row if name.endswith("_at")}
    return {name: row[name] for name in ("id", "status", "total_cents")} | times


def test_dump_has_rows_in_every_state(upgraded):
    """Otherwise the comparisons would prove little."""
    orders = upgraded.before["orders_order"].values()

    counts = {table: len(rows) for table, rows in upgraded.before.items()}
    states = {(order["tenant_id"], order["status"], order["archived_at"] is not None) for order in orders}

    assert counts == {
        "tenancy_tenant": 3,
        "tenancy_apikey": 12,
        "customers_customer": 27,
        "orders_order": 42,
        "orders_item": 92,
        "orders_orderevent": 61,
        "reporting_customertotal": 27,
        "idempotency_idempotencykey": 54,
        "django_migrations": 12,
    }
    statuses = {("draft", False), ("paid", False), ("shipped", False), ("cancelled", False)}
    statuses |= {("draft", True), ("shipped", True)}
    assert states == {(tenant, *state) for tenant in (ACME, GLOBEX) for state in statuses}


def test_upgrade_keeps_every_row_and_rewrites_only_texts(upgraded):
    expected = deepcopy(upgraded.before)
    for (table, column), values in REWRITTEN.items():
        for pk, value in values.items():
            expected[table][pk][column] = value

    # A later migration may add tables and columns.
    found = {
        table: {pk: {name: upgraded.after[table][pk][name] for name in row} for pk, row in rows.items()}
        for table, rows in expected.items()
    }
    added = {table: len(upgraded.after[table]) - len(rows) for table, rows in expected.items()}

    assert found == expected
    assert {table for table, number in added.items() if number} == {"django_migrations"}


def test_upgraded_schema_equals_a_new_database(upgraded, tmp_path_factory):
    with new_database(tmp_path_factory) as environment:
        manage(environment, "migrate", "-v", "0")

        assert schema_of(upgraded.environment) == schema_of(environment)


def test_deploy_checks_find_nothing(upgraded):
    # Raises CalledProcessError for an error or a warning.
    manage(upgraded.environment, "check", "--deploy", "--database", "default", "--fail-level", "WARNING")


def test_totals_are_correct_and_no_trigger_is_missing(upgraded):
    report = json.loads(manage(upgraded.environment, "reconcile", "--json"))

    wrong = [number for number in report["numbers"] if number["rows"]]
    assert (report["drift_cents"], report["triggers"], report["repaired"], wrong) == (0, [], False, [])
    assert len(report["numbers"]) == 3 * 3  # tenants, maintained numbers


@pytest.mark.parametrize("kind", ["buckettotal", "bucketproduct", "producttotal"])
def test_totals_that_are_new_since_are_built(upgraded, kind):
    """Without marks of stale buckets nothing else would build them. `migrate` does, and not the first report."""
    orders = [row for row in upgraded.after["orders_order"].values() if row["archived_at"] is None]
    revenue = sum(order["total_cents"] for order in orders if order["status"] in ("paid", "shipped"))

    assert sum(row["total_cents"] for row in upgraded.after[f"reporting_{kind}"].values()) == revenue > 0
    assert not upgraded.after.get("reporting_stalebuckets")


@pytest.mark.parametrize("key", [KEY, READ_KEY], ids=["write", "read"])
def test_old_key_lists_exactly_the_old_orders(key, upgraded, service):
    path: str | None = "/api/v1/orders/?archived=all&ordering=id&page_size=10"

    listed: list[dict[str, Any]] = []
    while path:
        response = service.ask("GET", path, Authorization=f"Bearer {key}")
        assert response.status == 200
        listed += response.body["results"]
        path = response.body["next"]

    orders = [row for _, row in sorted(upgraded.before["orders_order"].items()) if row["tenant_id"] == ACME]
    emails = {pk: row["email"] for pk, row in upgraded.after["customers_customer"].items()}
    # A later migration may have added dates.
    shown = [{name: order_of(order)[name] for name in order_of(orders[0])} for order in listed]
    assert shown == [order_of(order) for order in orders]
    assert [(order["customer"], order["customer_email"]) for order in listed] == [
        (order["customer_id"], emails[order["customer_id"]]) for order in orders
    ]


@pytest.mark.parametrize("key", [EXPIRED_KEY, REVOKED_KEY], ids=["expired", "revoked"])
def test_old_revoked_or_expired_key_is_still_refused(key, service):
    assert service.ask("GET", "/api/v1/orders/", Authorization=f"Bearer {key}").status == 401


def test_old_idempotency_key_replays_its_response(upgraded, service):
    (kept,) = (
        row
        for row in upgraded.before["idempotency_idempotencykey"].values()
        if (row["tenant_id"], row["key"]) == (ACME, "acme-7")
    )
    item = {"sku": "TEA-GREEN-100", "quantity": 1, "unit_price_cents": 450}
    body = {"customer": 9, "items": [item]}  # as `fill.py` sent it with this key

    response = service.ask("POST", "/api/v1/orders/", body, **{"Idempotency-Key": kept["key"]})

    headers = json.loads(kept["headers"]) if isinstance(kept["headers"], str) else kept["headers"]
    named = {name.lower(): value for name, value in response.headers.items()}
    assert (response.status, response.body) == (201, json.loads(kept["body"]))
    assert {name: named[name.lower()] for name in headers} == headers
    assert named["idempotency-replayed"] == "true"
    orders = select(upgraded.environment, f"SELECT id FROM orders_order WHERE tenant_id = {ACME} ORDER BY id")
    assert [order["id"] for order in orders] == [
        pk for pk, row in sorted(upgraded.before["orders_order"].items()) if row["tenant_id"] == ACME
    ]


@pytest.mark.parametrize(("key", "others"), [(KEY, GLOBEX), (GLOBEX_KEY, ACME)], ids=["acme", "globex"])
def test_another_tenants_old_order_is_not_found(key, others, upgraded, service):
    orders = upgraded.before["orders_order"].values()
    paths = {order["tenant_id"]: f"/api/v1/orders/{order['id']}" for order in orders}
    own = paths[ACME + GLOBEX - others]

    assert service.ask("GET", f"{own}/", Authorization=f"Bearer {key}").status == 200
    assert service.ask("GET", f"{paths[others]}/", Authorization=f"Bearer {key}").status == 404
    assert service.ask("POST", f"{paths[others]}/archive/", {}, Authorization=f"Bearer {key}").status == 404


def test_a_new_order_has_the_next_id_and_its_total(upgraded, service):
    body = {"customer": 21, "items": [{"sku": "POT", "quantity": 3, "unit_price_cents": 700}]}

    response = service.ask("POST", "/api/v1/orders/", body, Authorization=f"Bearer {GLOBEX_KEY}")

    assert (response.status, response.body["id"]) == (201, max(upgraded.before["orders_order"]) + 1)
    assert response.body["total_cents"] == 2100
