"""A pooler in transaction mode shares its server connections between tenants; none sees another's rows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from harness.machine import find_pgbouncer, missing_programs
from harness.pooler import pgbouncer
from tests.conftest import Api
from tests.plugin import url_of

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(find_pgbouncer() is None, reason=" ".join(missing_programs())),
]
SERVER_CONNECTIONS = 2


@pytest.fixture
def pooler() -> Iterator[str]:
    """Run PgBouncer with two server connections and connect the tests through it; yield its address."""
    direct = connection.settings_dict["PORT"]
    with pgbouncer(url_of("orders_app", connection.settings_dict["NAME"]), size=SERVER_CONNECTIONS) as running:
        connection.close()
        connection.settings_dict["PORT"] = urlsplit(running.url).port
        yield running.url
        connection.close()
        connection.settings_dict["PORT"] = direct


def one_after_another(turns: list[tuple[str, str]]) -> list[tuple[str, int, set[str]]]:
    """For each (slug, key), create a customer and list customers; per request: slug, status, names in the response."""
    seen = []
    for turn, (slug, key) in enumerate(turns):
        api = Api(key)
        made = api.post("/api/v1/customers/", {"email": f"{turn}-{id(turns)}@{slug}.example.com", "name": slug})
        listed = api.get("/api/v1/customers/?page_size=200")
        seen.append((slug, made.status_code, {made.json()["name"]}))
        seen.append((slug, listed.status_code, {row["name"] for row in listed.json()["results"]}))
    connection.close()
    return seen


def test_several_tenants_mixed_over_two_server_connections_see_their_own_rows(pooler, db):
    tenants = [Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "globex", "initech")]
    held = [(tenant.slug, keys.issue_key(tenant=tenant)) for tenant in tenants]
    for tenant in tenants:
        with tenant_scope(tenant):
            baker.make(Customer, name=tenant.slug, _quantity=3)
    connection.close()

    with ThreadPoolExecutor(12) as pool:
        # Clients begin with different tenants, so that consecutive requests are of different ones.
        answers = list(pool.map(one_after_another, [(held[n % 3 :] + held[: n % 3]) * 10 for n in range(12)]))

    wrong = [
        (slug, status, owners)
        for answer in answers
        for slug, status, owners in answer
        if status not in (200, 201) or owners != {slug}
    ]
    assert sum(map(len, answers)) == 720
    assert wrong == []
    connections = server_connections(pooler)
    assert len({pid for pid, *_ in connections}) == SERVER_CONNECTIONS
    assert [(setting or "", customers) for _, setting, customers in connections] == [("", 0)] * SERVER_CONNECTIONS


def server_connections(address: str) -> list[Any]:
    """Return (pid, app.tenant_id, visible customers) of each server connection.

    A transaction stays open on each, so that none is queried twice.
    """
    clients = [psycopg.connect(address, prepare_threshold=None) for _ in range(SERVER_CONNECTIONS)]
    question = (
        "SELECT pg_backend_pid(), current_setting('app.tenant_id', true), (SELECT count(*) FROM customers_customer)"
    )
    rows = [client.execute(question).fetchone() for client in clients]
    for client in clients:
        client.close()
    return rows


def test_session_setting_leaks_to_the_poolers_next_client(pooler):
    """A session-level setting leaks to the next client; therefore the scope uses a transaction-level one."""
    with psycopg.connect(pooler, autocommit=True) as first:
        first.execute("SELECT set_config('app.tenant_id', '1', false)")

    settings = [setting for _, setting, _ in server_connections(pooler)]

    assert "1" in settings
