"""The database can be distributed by tenant: keys and indexes begin with the tenant, and statements name it.

What does not is listed here with its reason; docs/capacity.md says what a distributed database would need instead.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection

from apps.tenancy.isolation import tenant_owned_models
from tests.database.test_plans import requests
from tests.isolation.test_attacks import OPERATIONS
from tests.isolation.two_tenants import World, undone

OWNED = {model._meta.db_table for model in tenant_owned_models()}
# Indexes of tables with a tenant_id whose first column is another one. Primary keys do not count.
OTHER_INDEXES = {
    "job_by_due": "the sweeper reads the due jobs of all tenants; the table holds only ids and times",
    "tenancy_apikey_prefix_key": "a request's key is looked up before its tenant is known",
    "tenancy_apikey_prefix_4cba4279_like": "Django's companion of the unique index above, for LIKE",
}
# (what the statement does, table that it reads or writes without a tenant of its own): the reason.
OTHER_STATEMENTS = {
    ("JOIN", "customers_customer"): "joined by an order's key, which contains the tenant; the order names it",
    ("JOIN", "orders_item"): "joined to its order, which names the tenant, by a key that contains it",
    ("DELETE", "customers_customer"): "Django deletes by id the row that it has just read by tenant and id",
    ("DELETE", "orders_order"): "the same",
}
KEYWORDS = "WHERE|SET|ON|INNER|LEFT|ORDER|GROUP|HAVING|LIMIT|FOR|UNION|CROSS|USING|RETURNING|SELECT|VALUES"
TABLE = re.compile(
    rf'\b(DELETE FROM|FROM|JOIN|UPDATE|INSERT INTO)\s+"?(\w+)"?(?:\s+(?:AS\s+)?(?!(?:{KEYWORDS})\b)"?(\w+)"?)?'
)


def without_tenant(sql: str) -> set[tuple[str, str]]:
    """Return (keyword, table) of each mention of a tenant-owned table that has no condition or value of tenant_id.

    Two mentions under one alias need two conditions. An INSERT needs the column.
    """
    mentions = [(verb, table, alias or table) for verb, table, alias in TABLE.findall(sql) if table in OWNED]
    aliases = [alias for _, _, alias in mentions]
    lacking = set()
    for verb, table, alias in mentions:
        if verb == "INSERT INTO":
            named = re.search(rf'INSERT INTO "?{table}"? \([^)]*\btenant_id\b', sql) is not None
        else:
            column = rf'"?\b{alias}\b"?\."?tenant_id"?'
            named = len(re.findall(rf"{column} = |= \(?{column}", sql)) >= aliases.count(alias)
        if not named:
            lacking.add((verb.removesuffix(" FROM"), table))
    return lacking


@pytest.mark.postgresql
def test_keys_and_indexes_begin_with_the_tenant(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " WHERE attname = 'tenant_id' AND NOT indisprimary AND indrelid::regclass::text !~ '^pg_'"
            " AND pg_get_indexdef(indexrelid, 1, true) <> 'tenant_id'"
        )
        indexes = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid::regclass::text = ANY (%(owned)s) AND confrelid::regclass::text = ANY (%(owned)s)",
            {"owned": [*OWNED]},
        )
        keys = cursor.fetchall()

    assert indexes == set(OTHER_INDEXES)
    both = re.compile(r"FOREIGN KEY \(tenant_id, \w+\) REFERENCES \w+\(tenant_id, id\)")
    assert keys
    assert [key for key in keys if not both.fullmatch(key[1])] == []


def test_statements_of_the_api_name_the_tenant(acme, globex, settings):
    """Each operation, and for reads each filter and ordering."""
    settings.DEFAULT_TENANT = acme.slug  # only the default tenant can be reset
    world = World(acme, globex)
    lacking: dict[tuple[str, str], str] = {}
    mentioned: set[str] = set()

    def see(execute, sql, params, many, context):
        mentioned.update(table for _, table, _ in TABLE.findall(sql) if table in OWNED)
        lacking.update(dict.fromkeys(without_tenant(sql), sql))
        return execute(sql, params, many, context)

    for operation in OPERATIONS.values():
        with world.with_theirs():
            sent = requests(operation, world) if operation.method == "get" else [operation.own_request(world)]
            for request in sent:
                with undone(), connection.execute_wrapper(see):
                    assert world.send(request).status_code < 300

    assert {which: sql for which, sql in lacking.items() if which not in OTHER_STATEMENTS} == {}
    assert set(lacking) == set(OTHER_STATEMENTS), "an exception that no statement needs any more"
    # Statements of triggers are not seen here; docs/capacity.md covers them.
    assert {"customers_customer", "orders_order", "orders_item", "orders_orderevent", "exports_export"} <= mentioned


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT 1 FROM "orders_order" WHERE "orders_order"."tenant_id" = (%s)', set()),
        ('SELECT 1 FROM "orders_order" WHERE "orders_order"."id" = %s', {("FROM", "orders_order")}),
        ('SELECT "orders_order"."tenant_id" FROM "orders_order" LIMIT 1', {("FROM", "orders_order")}),
        (
            'SELECT 1 FROM "orders_order" INNER JOIN "orders_item" ON ("orders_order"."id" = "orders_item"."order_id")'
            ' WHERE "orders_order"."tenant_id" = (%s)',
            {("JOIN", "orders_item")},
        ),
        (
            'SELECT 1 FROM "orders_item" U0 WHERE U0."tenant_id" = (%s) AND EXISTS(SELECT 1 FROM "orders_order" U0)',
            {("FROM", "orders_item"), ("FROM", "orders_order")},
        ),
        ('INSERT INTO "orders_item" (tenant_id, "sku") SELECT %s, value', set()),
        ('INSERT INTO "orders_item" ("sku") VALUES (%s) RETURNING tenant_id', {("INSERT INTO", "orders_item")}),
        ('UPDATE "orders_item" SET "tenant_id" = %s', {("UPDATE", "orders_item")}),
        ('DELETE FROM "orders_item" WHERE "orders_item"."id" IN (%s)', {("DELETE", "orders_item")}),
        ('SELECT 1 FROM "tenancy_tenant"', set()),
    ],
)
def test_statement_without_the_tenant_is_detected(sql, expected):
    assert without_tenant(sql) == expected
