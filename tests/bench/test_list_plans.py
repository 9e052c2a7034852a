"""The lists that `make bench-full` measures have good plans at a few thousand rows, with statistics.

No plan reads orders or events in sequence, or reads many of their rows for a page: an order that a filter excludes is
passed over in the index. (`tests/database/test_plans.py` forbids the planner to scan and to sort; here it may, and must
not want to.)
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from django.db import connection

from apps.customers.models import Customer
from apps.database.inserts import insert_rows
from apps.database.statements import NOT_COUNTED
from apps.orders.models import Order, OrderEvent
from apps.tenancy.scope import tenant_scope
from bench.lists import matrix
from tests.database.test_plans import as_superuser, nodes
from tests.support.kinds import DOCUMENT

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
CUSTOMERS, ORDERS = 1_500, 8_000
BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
STATUSES = ("draft", "paid", "paid", "shipped", "shipped", "shipped", "cancelled")
READ = 1_000  # rows that a page may read


@pytest.fixture
def filled(acme, globex):
    """Acme with orders over half a year, and Globex, whose orders have higher ids."""
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            fill()
    with as_superuser() as server:
        server.execute("ANALYZE")
    return acme


def fill():
    """Write customers, orders of which one in 37 is archived, and an event of each order."""
    names = ("hopper", "turing", "knuth", "allen", "liskov", "lamarr", "dijkstra")
    rows = [
        (f"{names[number % 7]}.{number}@example.com", "", BEGIN, BEGIN, number % 23 > 0) for number in range(CUSTOMERS)
    ]
    insert_rows(Customer, ("email", "name", "created_at", "updated_at", "is_active"), rows)
    customers = [*Customer.objects.order_by("pk").values_list("pk", flat=True)]
    chance = random.Random(18)
    orders = []
    for number in range(ORDERS):
        at, status = BEGIN + number * timedelta(days=180) / ORDERS, chance.choice(STATUSES)
        paid, archived = at if status in ("paid", "shipped") else None, at if number % 37 == 0 else None
        orders.append((chance.choice(customers), status, chance.randrange(40_000), at, at, paid, archived))
    columns = ("customer_id", "status", "total_cents", "created_at", "updated_at", "paid_at", "archived_at")
    insert_rows(Order, columns, orders)
    events = [(pk, "paid", at) for pk, at in Order.objects.order_by("pk").values_list("pk", "created_at")]
    insert_rows(OrderEvent, ("order_id", "kind", "created_at"), events)


def value_of(tenant):
    """Run a query for a value, which names tenant 1, for the tenant."""

    def value(query):
        with tenant_scope(tenant), connection.cursor() as cursor:
            cursor.execute(query.replace("tenant_id = 1", f"tenant_id = {tenant.pk}"))
            return cursor.fetchone()[0]

    return value


def costly(request):
    """Send the request, and return what its page reads in sequence or too much of."""
    found = []

    def explain(execute, sql, params, many, context):
        if "ORDER BY" in sql and "LIMIT 21" in sql and not NOT_COUNTED.search(sql):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
                for node in nodes(cursor.fetchone()[0][0]["Plan"]):
                    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                    in_sequence = node["Node Type"] == "Seq Scan"
                    if node.get("Relation Name") in ("orders_order", "orders_orderevent") and (
                        in_sequence or read > READ
                    ):
                        found.append(f"{node['Node Type']} of {read} rows")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        assert request().status_code == 200
    return found


@pytest.mark.parametrize("leakproof", [True, False])
def test_page_of_a_list_reads_few_rows(filled, api, leakproof):
    with as_superuser() as server:
        server.execute(f"ALTER FUNCTION pg_catalog.textlike(text, text) {'' if leakproof else 'NOT '}LEAKPROOF")
    wrong = {}

    try:
        for path, filters, orderings in matrix(DOCUMENT, value_of(filled)):
            for ordering in orderings:
                query = {**filters, "ordering": ordering}
                if found := costly(lambda path=path, query=query: api.get(path, query)):
                    wrong[f"{path}?{urlencode(query)}"] = found
    finally:
        with as_superuser() as server:
            server.execute("ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF")

    assert wrong == {}
