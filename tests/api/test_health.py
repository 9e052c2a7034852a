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
