"""On a server without a superuser, as on RDS, the service works, and tenants are kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.support.hosted import enter
from tests.support.service import serving

pytestmark = pytest.mark.postgresql


def test_service_accepts_the_database(hosted):
    hosted.manage("check", "--deploy", "--database", "default")  # fails on any error
    script = "from django.db import connection; from apps.tenancy import roles; print(roles.role_warnings(connection))"

    assert hosted.manage("shell", "-v", "0", "-c", script).strip() == str(
        [f"the role of DATABASE_URL may {what}" for what in ("create large objects", "take advisory locks")]
    )


def test_service_is_ready_and_keeps_tenants_apart(hosted):
    with serving(hosted.environment, hosted.keys["acme"]) as service:
        ready = service.ask("GET", "/readyz")
        made = service.ask("POST", "/api/v1/customers/", {"email": "ada@example.com", "name": "Ada"})
        order = {"customer": made.body["id"], "items": [{"sku": "TEA", "quantity": 1, "unit_price_cents": 5}]}
        service.ask("POST", "/api/v1/orders/", order)
        searches = ("/api/v1/customers/?email=ADA@ex", "/api/v1/orders/?email=da@exam", "/api/v1/orders/?email=grace")
        found = [len(service.ask("GET", search).body["results"]) for search in searches]
        foreign = {"Authorization": f"Bearer {hosted.keys['globex']}"}
        unseen = [len(service.ask("GET", search, **foreign).body["results"]) for search in searches]
        detail = service.ask("GET", f"/api/v1/customers/{made.body['id']}/", **foreign)

    assert (ready.status, made.status, detail.status) == (200, 201, 404)
    assert found == [1, 1, 0]
    assert unseen == [0, 0, 0]


INSERT = """INSERT INTO customers_customer (tenant_id, email, name, is_active, created_at, updated_at)
    SELECT {tenant}, number || '@turing.example.com', '', true, now(), now() FROM generate_series(1, {rows}) number"""
OWN = "current_setting('app.tenant_id')::bigint"
COUNT = "SELECT count(*) FROM customers_customer WHERE email LIKE '%turing%'"


@pytest.mark.parametrize("role", ["orders_app", "orders_owner"])
def test_row_security_holds(hosted, role):
    with hosted.connected(role, "globex") as connection:
        connection.execute(INSERT.format(tenant=OWN, rows=3))
        assert connection.execute(COUNT).fetchone() == (3,)
        enter(connection, "acme")
        assert connection.execute(COUNT).fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(INSERT.format(tenant="(SELECT id FROM tenancy_tenant WHERE slug = 'globex')", rows=1))
        connection.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE customers_customer CASCADE",
        "ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE another (id bigint)",
        "CREATE TEMPORARY TABLE another (id bigint)",
        "SET ROLE orders_owner",
        "SET ROLE master",
        "ALTER ROLE orders_app BYPASSRLS",
    ],
)
def test_application_role_may_only_read_and_write_rows(hosted, statement):
    with hosted.connected("orders_app") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_ops_role_is_refused_rather_than_given_a_part_of_the_rows(hosted):
    hosted.create_roles(OPS_PASSWORD=hosted.password)

    with hosted.connected("orders_ops") as connection:
        assert connection.execute("SELECT count(*) FROM customers_customer").fetchone() == (0,)
        connection.execute("SET row_security = off")  # as pg_dump does
        with pytest.raises(errors.InsufficientPrivilege, match="would be affected by row-level security"):
            connection.execute("SELECT count(*) FROM customers_customer")
        connection.rollback()


def test_email_search_scans_the_tenants_addresses(hosted):
    """It uses the index of trigrams where a superuser has declared LIKE leakproof."""
    of_text = "((email)::text ~~ '%4711%'::text)"
    with hosted.connected("orders_owner", "globex") as connection:
        connection.execute(INSERT.format(tenant=OWN, rows=5000))
        connection.execute("ANALYZE customers_customer")
        found, conditions, filters = search(connection, "4711")
        assert (found, of_text in conditions, of_text in filters) == (1, False, True)
        assert "tenant_id = " in conditions  # so it reads no other tenant's rows
        hosted.execute("ALTER FUNCTION textlike(text, text) LEAKPROOF")
        try:
            found, conditions, filters = search(connection, "4711")
            assert (found, of_text in conditions, of_text in filters) == (1, True, False)
        finally:
            hosted.execute("ALTER FUNCTION textlike(text, text) NOT LEAKPROOF")
            connection.rollback()


def search(connection: psycopg.Connection, text: str) -> tuple[int, str, str]:
    """Return how many customers a search finds, and the conditions of its plan: those of indexes, and those of rows."""
    connection.execute("SET LOCAL enable_seqscan = off")
    sql = f"SELECT count(*) FROM customers_customer WHERE tenant_id = {OWN} AND email LIKE '%{text}%'"
    ((plan,),) = connection.execute(f"EXPLAIN (FORMAT JSON) {sql}").fetchall()
    read = list(nodes(plan[0]["Plan"]))
    ((found,),) = connection.execute(sql).fetchall()
    conditions, filters = (" ".join(node.get(kind, "") for node in read) for kind in ("Index Cond", "Filter"))
    return found, conditions, filters


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
