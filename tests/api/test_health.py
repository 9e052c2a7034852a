from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def test_healthz_runs_no_statement(client, count):
    with count() as statements:
        response = client.get("/healthz", secure=True)

    assert (response.status_code, response.json()) == (200, {"status": "ok", "version": "1.0.0"})
    assert statements.sql == []


@pytest.mark.django_db
def test_readyz_is_ok_when_every_migration_is_applied(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_missing_migrations(client):
    MigrationRecorder(connection).record_unapplied("idempotency", "0001_initial")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "1 migrations to apply"}


@pytest.mark.django_db
@pytest.mark.role("orders_owner")
def test_readyz_suits_a_database_that_a_later_version_is_migrating(client):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX order_by_customer")  # to build another of this name
        if connection.vendor == "postgresql":
            cursor.execute("COMMENT ON TRIGGER maintain_order_total_on_insert ON orders_order IS 'changed'")
        else:
            cursor.execute("DROP TRIGGER maintain_order_total_on_insert")
            cursor.execute(
                "CREATE TRIGGER maintain_order_total_on_insert AFTER INSERT ON orders_order BEGIN SELECT 1; END"
            )
    before = client.get("/readyz")

    MigrationRecorder(connection).record_applied("orders", "9999_of_a_later_version")
    after = client.get("/readyz")

    reason = "trigger maintain_order_total_on_insert on orders_order is not the one of this version"
    assert (before.status_code, before.json()["reason"]) == (503, reason)
    assert (after.status_code, after.json()) == (200, {"status": "ok"})
