"""`migrate` installs and repairs the triggers, and checks compare them with the catalogue.

Migrating a filled database keeps every total.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.database import triggers as database
from apps.orders.models import Order
from apps.tenancy.scope import tenant_scope

# Only the tables' owner may drop and create triggers.
pytestmark = pytest.mark.role("orders_owner")
ROOT = Path(__file__).parents[2]
TRIGGERS = database.triggers(connection)
by_name = pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger.name)


def drop(trigger: database.Trigger) -> None:
    table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger.full_name}{table}")


def reconcile(*arguments: str) -> tuple[int, dict]:
    """Return exit status and report of `manage.py reconcile --json`."""
    output = StringIO()
    try:
        call_command("reconcile", "--json", *arguments, stdout=output)
    except SystemExit as end:
        return int(end.code or 0), json.loads(output.getvalue())
    return 0, json.loads(output.getvalue())


def warnings() -> list[str]:
    return [message.msg for message in run_checks(databases=["default"]) if message.id == "tenancy.W002"]


@pytest.mark.django_db
def test_every_trigger_is_in_place():
    names = [trigger.name for trigger in TRIGGERS]

    # Only PostgreSQL has TRUNCATE and roles; only SQLite has triggers that guard keys, which tests/tenancy tests.
    assert len([name for name in names if not name.startswith("tenant_of_")]) == (
        15 if connection.vendor == "sqlite" else 24
    )
    assert len(set(names)) == len(names)
    assert database.trigger_problems(connection) == []
    assert warnings() == []


@pytest.mark.django_db
@by_name
def test_dropped_trigger_is_reported_everywhere_and_restored_by_migrate(client, trigger):
    problem = f"trigger {trigger.full_name} on {trigger.table} is missing"

    drop(trigger)
    ready = client.get("/readyz")
    status, report = reconcile()

    assert database.trigger_problems(connection) == [problem]
    assert warnings() == [f"T{problem[1:]}."]
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "reason": problem})
    assert (status, report["triggers"]) == (1, [problem])
    call_command("migrate", verbosity=0)
    assert database.trigger_problems(connection) == []
    assert client.get("/readyz").status_code == 200


def test_migrate_corrects_totals_written_while_a_trigger_was_missing(acme, order_worth):
    with tenant_scope(acme):
        order = order_worth(700, status="paid")
        drop(next(trigger for trigger in TRIGGERS if trigger.name == "order_total_on_item_update"))
        order.items.update(quantity=2)
        before = Order.objects.get().total_cents

    call_command("migrate", verbosity=0)

    with tenant_scope(acme):
        assert (before, Order.objects.get().total_cents) == (700, 1400)
    assert reconcile()[1]["drift_cents"] == 0


@pytest.mark.django_db
@by_name
def test_outdated_trigger_is_reported(trigger):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            drop(trigger)
            cursor.execute(f"CREATE TRIGGER {trigger.full_name} AFTER INSERT ON {trigger.table} BEGIN SELECT 1; END")
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {trigger.full_name}() RETURNS trigger LANGUAGE plpgsql "
                "AS 'BEGIN RETURN NULL; END'"
            )

    problems = database.trigger_problems(connection)

    assert problems == [f"trigger {trigger.full_name} on {trigger.table} is not the one of this version"]
    assert database.trigger_problems(connection, is_newer=True) == []


@pytest.mark.django_db
def test_a_trigger_that_never_fires_is_reported():
    trigger = next(trigger for trigger in TRIGGERS if trigger.name == "order_total_on_item_insert")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            drop(trigger)
            never = trigger.sqlite.replace("BEGIN", "WHEN 0 BEGIN")
            cursor.execute(f"CREATE TRIGGER {trigger.full_name} {never}")
        else:
            never = trigger.postgresql.replace("FOR EACH STATEMENT", "FOR EACH STATEMENT WHEN (false)")
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {trigger.full_name} {never} EXECUTE FUNCTION {trigger.full_name}()"
            )

    assert database.trigger_problems(connection) == [
        f"trigger {trigger.full_name} on {trigger.table} is not the one of this version"
    ]


@pytest.mark.django_db
def test_disabled_trigger_is_reported_on_postgresql():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor, pytest.raises(Exception, match="syntax error"):
            cursor.execute("ALTER TABLE orders_item DISABLE TRIGGER ALL")
        return
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_item DISABLE TRIGGER maintain_order_total_on_item_delete")

    assert database.trigger_problems(connection) == [
        "trigger maintain_order_total_on_item_delete on orders_item is disabled"
    ]
    assert database.trigger_problems(connection, is_newer=True) == database.trigger_problems(connection)


@pytest.mark.usefixtures("globex")
def test_reconcile_prints_the_drift_in_cents_and_repairs_it(acme, order_worth):
    with tenant_scope(acme):
        order = order_worth(700, status="paid")
        drop(next(trigger for trigger in TRIGGERS if trigger.name == "order_total_on_item_update"))
        drop(next(trigger for trigger in TRIGGERS if trigger.name == "customer_total_on_order_update"))
        order.items.update(quantity=3)
        Order.objects.filter(pk=order.pk).update(archived_at=order.paid_at)

    status, report = reconcile()
    unrepaired, _ = reconcile()
    repaired, _ = reconcile("--repair")
    after, clean = reconcile()

    def numbers(report: dict) -> list[tuple]:
        return [(row["tenant"], row["number"], row["rows"], row["cents"]) for row in report["numbers"]]

    assert (status, unrepaired, repaired, after) == (1, 1, 0, 0)
    # The items sum to 2,100 but total_cents is 700. An archived order does not count, yet the customer's total still
    # includes its 700.
    assert report["drift_cents"] == 1400 + 700
    assert numbers(report) == [
        ("acme", "order totals", 1, 1400),
        ("acme", "customer totals", 1, 700),
        ("acme", "sales totals", 0, 0),
        ("globex", "order totals", 0, 0),
        ("globex", "customer totals", 0, 0),
        ("globex", "sales totals", 0, 0),
    ]
    assert (clean["drift_cents"], clean["triggers"]) == (0, [])
    assert {row[2:] for row in numbers(clean)} == {(0, 0)}


def test_reconcile_repairs_a_missing_row(acme):
    with tenant_scope(acme):
        customer = baker.make(Customer)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM reporting_customertotal WHERE customer_id = %s", [customer.pk])

    before, report = reconcile("--repair")
    after, _ = reconcile()

    assert (before, after) == (0, 0)
    assert [row["rows"] for row in report["numbers"]] == [0, 1, 0]


@pytest.mark.django_db
def test_reconcile_prints_a_readable_report(acme):
    output = StringIO()

    call_command("reconcile", stdout=output)

    assert output.getvalue().splitlines() == [
        "acme\torder totals\t0 rows differ\t0 cents",
        "acme\tcustomer totals\t0 rows differ\t0 cents",
        "acme\tsales totals\t0 rows differ\t0 cents",
        "Drift: 0 cents.",
    ]


MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("orders", "{latest}")]
    operations = [
        # Each of these rebuilds a table on SQLite, one that triggers name.
        migrations.AddField("order", "channel", models.CharField(max_length=9, default="web", db_default="web")),
        migrations.AlterField("item", "sku", models.CharField(max_length=80)),
        migrations.AddConstraint(
            "item", models.CheckConstraint(condition=~models.Q(sku="forbidden"), name="item_sku_not_forbidden")
        ),
    ]
"""


TOTALS = """
from django.db import connection
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
with tenant_scope(Tenant.objects.get()), connection.cursor() as cursor:
    cursor.execute("SELECT id, total_cents FROM orders_order ORDER BY id")
    print(cursor.fetchall())
    cursor.execute("SELECT customer_id, order_count, total_cents FROM reporting_customertotal ORDER BY 1")
    print(cursor.fetchall())
"""


def test_migrating_a_filled_database_keeps_triggers_and_totals(tmp_path, empty_database):
    migrations = tmp_path / "later_migrations"
    migrations.mkdir()
    (migrations / "__init__.py").touch()
    ours = sorted((ROOT / "apps/orders/migrations").glob("0*.py"))
    for file in ours:
        (migrations / file.name).write_text(file.read_text())
    (tmp_path / "later_settings.py").write_text(
        'from config.settings import *\nMIGRATION_MODULES = {"orders": "later_migrations"}\n'
    )

    def manage(*arguments: str) -> str:
        environment = {
            **os.environ, **empty_database,
            "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "later_settings",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def totals() -> str:
        return manage("shell", "-v", "0", "-c", TOTALS)

    manage("migrate", "-v", "0")
    manage("tenant", "create", "acme")
    manage("seed", "--tenant", "acme")
    before = totals()
    (migrations / "0999_later.py").write_text(MIGRATION.replace("{latest}", ours[-1].stem))
    manage("migrate", "-v", "0")

    assert totals() == before
    assert len(before) > 1000
    assert json.loads(manage("reconcile", "--json")) == {
        "drift_cents": 0,
        "repaired": False,
        "triggers": [],
        "numbers": [
            {"tenant": "acme", "number": "order totals", "rows": 0, "cents": 0},
            {"tenant": "acme", "number": "customer totals", "rows": 0, "cents": 0},
            {"tenant": "acme", "number": "sales totals", "rows": 0, "cents": 0},
        ],
    }
    manage("seed", "--tenant", "acme")
    assert json.loads(manage("reconcile", "--json"))["drift_cents"] == 0
