"""Migrations rewrite the texts and slugs of an older version to satisfy the new CHECKs; nothing else changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Rows that an older version could have written. The ids of tenants and customers count from 1.
FILL = """
from django.db import connection
from django.utils import timezone
now = timezone.now()
def insert(table, tenant=0, **row):
    if connection.vendor == "postgresql":
        k.execute("SELECT set_config('app.tenant_id', %s, false)", [str(tenant)])
    row |= {"tenant_id": tenant} if tenant else {}
    marks = ", ".join(["%s"] * len(row))
    k.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
with connection.cursor() as k:
    for slug, name in [("acme", "A\\u200bcme"), ("globex", "Globe\\u0301x"), ("Acme", "Acme\\n2")]:
        insert("tenancy_tenant", slug=slug, name=name, timezone="UTC", is_active=True, created_at=now)
    insert("tenancy_apikey", 1, name="bi\\x07lling", prefix="12345678", secret_sha256="", scope="read", created_at=now)
    for tenant, email, name in [
        (1, "ada@b\\u00fccher.example", "Ada"),
        (1, "ada@bu\\u0308cher.example", "Zoe\\u0308\\u200b\\nSmith"),
        (1, "ada@\\u2615.example", "\\u200b"),
        (1, "grace@example.com", "Gr\\u00e2ce"),
        (2, "ada@bu\\u0308cher.example", "x" * 150 + "\\u0958" * 50),
    ]:
        times = {"created_at": now, "updated_at": now}
        insert("customers_customer", tenant, email=email, name=name, is_active=True, **times)
    insert("orders_order", 1, customer_id=1, status="draft", total_cents=0, created_at=now, updated_at=now)
    insert("orders_item", 1, order_id=1, sku="TEA\\u00ad", quantity=2, unit_price_cents=450)
"""
READ = """
import json
from apps.customers.models import Customer
from apps.orders.models import Item
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.scope import tenant_scope
rows = list(Tenant.objects.order_by("pk").values_list("slug", "name")) + list(ApiKey.objects.values_list("name"))
for tenant in Tenant.objects.order_by("pk"):
    with tenant_scope(tenant):
        rows += Customer.objects.order_by("pk").values_list("email", "name")
        rows += Item.objects.values_list("sku", "order__total_cents")
print(json.dumps(rows))
"""


@pytest.fixture
def manage(empty_database):
    """Return a function that runs manage.py on an empty database and returns (stdout, stderr)."""

    def run(*arguments: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env={**os.environ, **empty_database}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, done.stderr

    return run


def test_migrating_makes_stored_texts_plain_and_slugs_unique(manage):
    manage("migrate", "-v", "0")
    manage("migrate", "-v", "0", "tenancy", "0001")
    manage("shell", "-v", "0", "-c", FILL)

    _, log = manage("migrate", "-v", "0")
    rows, _ = manage("shell", "-v", "0", "-c", READ)

    assert json.loads(rows) == [
        ["acme", "Acme"],
        ["globex", "Globéx"],
        ["Acme-3", "Acme 2"],
        ["billing"],
        ["ada@xn--bcher-kva.example", "Ada"],
        ["ada+2@xn--bcher-kva.example", "Zoë Smith"],
        ["ada@%e2%98%95.example", ""],
        ["grace@example.com", "Grâce"],
        ["TEA", 900],
        ["ada@xn--bcher-kva.example", "x" * 150 + "\u0915\u093c" * 25],
    ]
    assert [json.loads(line)["message"] for line in log.splitlines()] == [
        "The tenant 'Acme' is 'Acme-3' now: another one has the same slug in other capitals.",
        "Customer 2 has the e-mail address of another one; it has the id in it now.",
        "Customer 3 has an e-mail address that is none; it is escaped now.",
    ]
    assert json.loads(manage("reconcile", "--json")[0])["drift_cents"] == 0
