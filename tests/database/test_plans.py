"""Every read can be served by an index: with scans and sorts discouraged, PostgreSQL's plan has neither.

Test tables are tiny, so the planner would choose sequential scans and sorts whatever indexes exist. Joins that read
both sides whole are discouraged too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from apps.customers.models import Customer
from apps.customers.selectors import customer_list
from apps.database.inserts import insert_rows
from apps.database.statements import NOT_COUNTED
from apps.orders.models import Order
from apps.orders.selectors import orders_with_email
from apps.tenancy.scope import tenant_scope
from tests.isolation.matrix import Operation
from tests.isolation.test_attacks import OPERATIONS
from tests.isolation.two_tenants import Request, World
from tests.plugin import url_of

pytestmark = pytest.mark.postgresql
# An operation without a row reads nothing: GET tenant/ shows what its key's look-up has found.
READS = [label for label, operation in OPERATIONS.items() if operation.method == "get" and label != "GET tenant/"]
LISTS = [label for label in READS if "ordering" in OPERATIONS[label].row]


def as_superuser() -> psycopg.Connection:
    return psycopg.connect(url_of("superuser", connection.settings_dict["NAME"]), autocommit=True)


@pytest.fixture(autouse=True)
def no_statistics(db: None) -> None:
    """Clear the planner's statistics, which depend on earlier tests and on autovacuum."""
    with as_superuser() as server:
        server.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")  # not those of the system catalogue
        server.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind = 'r' AND oid >= 16384")


@contextmanager
def plans() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Collect the plan's nodes of each SELECT on a tenant-owned table that the block runs, by SQL."""
    nodes_by_sql: dict[str, list[dict[str, Any]]] = {}

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "tenant_id" in sql and not NOT_COUNTED.search(sql):
            with connection.connection.cursor() as cursor:
                for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                nodes_by_sql[f"{sql} {params}"] = list(nodes(cursor.fetchone()[0][0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield nodes_by_sql


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def scans(nodes_by_sql: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The statements that read a whole table, or a whole index."""
    return [
        sql
        for sql, plan in nodes_by_sql.items()
        if any(
            node["Node Type"].endswith("Scan") and "Relation Name" in node and "Index Cond" not in node for node in plan
        )
    ]


def sorts(nodes_by_sql: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The statements that sort their whole result. An incremental sort only orders rows of equal value."""
    return [sql for sql, plan in nodes_by_sql.items() if any(node["Node Type"] == "Sort" for node in plan)]


def requests(operation: Operation, world: World) -> list[Request]:
    """The operation's plain request, and one for each filter and ordering."""
    kinds = [kind for kind in ("filter", "ordering") if kind in operation.row]
    return [operation.own_request(world), *(request for kind in kinds for request in operation.attacks(kind, world))]


@pytest.mark.parametrize("label", READS)
def test_read_needs_no_full_table_scan(acme, globex, label):
    world = World(acme, globex)
    with world.with_theirs():
        plain_and_filtered = requests(OPERATIONS[label], world)

        with plans() as nodes_by_sql:
            statuses = {world.send(request).status_code for request in plain_and_filtered}

    assert statuses == {200}
    assert nodes_by_sql != {}
    assert scans(nodes_by_sql) == []


@pytest.mark.parametrize("label", LISTS)
def test_page_in_any_ordering_needs_no_sort(acme, globex, label):
    world, operation = World(acme, globex), OPERATIONS[label]
    own, orderings = operation.own_request(world), operation.query["ordering"]["enum"]

    with plans() as nodes_by_sql:
        for ordering in orderings:
            world.send(own._replace(query={"ordering": ordering}))

    pages = {sql: plan for sql, plan in nodes_by_sql.items() if "ORDER BY" in sql and "LIMIT 21" in sql}
    assert len(pages) == len(orderings)
    assert sorts(pages) == []


@pytest.mark.django_db(transaction=True)
def test_email_substring_search_uses_an_index(acme):
    now = timezone.now()
    columns = ("email", "name", "created_at", "updated_at", "is_active")
    with tenant_scope(acme):
        insert_rows(Customer, columns, [(f"{number}@example.com", "", now, now, True) for number in range(5000)])
    with as_superuser() as server:
        server.execute("ANALYZE customers_customer")

    explained: list[dict[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        with connection.connection.cursor() as cursor:
            explained.extend(cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params).fetchone()[0])
        return execute(sql, params, many, context)

    with tenant_scope(acme), connection.execute_wrapper(explain):
        list(customer_list().filter(email__contains="turing"))
        orders_with_email(Order.objects.all(), "turing", counted=False)

    conditions = [[node["Index Cond"] for node in nodes(one["Plan"]) if "Index Cond" in node] for one in explained]
    assert conditions == [["((email)::text ~~ '%turing%'::text)"]] * 2


def test_scan_and_sort_are_detected(db):
    with plans() as nodes_by_sql, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM orders_item WHERE tenant_id = 1 ORDER BY sku")
        cursor.execute("SELECT 1 FROM tenancy_apikey WHERE name = 'tenant_id'")

    assert [sql.split()[-2] for sql in sorts(nodes_by_sql)] == ["sku"]
    assert [sql.split()[-2] for sql in scans(nodes_by_sql)] == ["'tenant_id'"]
