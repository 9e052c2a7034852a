"""`migrate` renews the row-level security of existing tables when this project's policies change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from apps.database.migrating import after_migrate
from apps.tenancy import isolation
from apps.tenancy.isolation import Isolate, isolation_problems, renew_walls, tenant_owned_models
from tests.conftest import new_database
from tests.support.service import manage

as_owner = pytest.mark.role("orders_owner")
# A version of this project with other policies: one removed, one added, one with another condition.
OTHER_POLICIES = """
from apps.plugin import ProjectAppConfig
class OtherPolicies(ProjectAppConfig):
    name = "other_policies"
    def ready(self):
        from apps.tenancy import isolation
        isolation.POLICIES = {
            "tenant_only": ("RESTRICTIVE", f"({isolation.OWN_ROWS}) AND (tenant_id > 0 OR tenant_id < 0)"),
            "all_roles": ("PERMISSIVE", "true"),
        }
"""
# Policies, foreign keys and row security of a database, without the names that PostgreSQL generates.
WALLS = """
    SELECT tablename, policyname, permissive, cmd, roles::text, qual, with_check FROM pg_policies
    UNION ALL SELECT conrelid::regclass::text, '', '', '', '', pg_get_constraintdef(oid), ''
        FROM pg_constraint WHERE contype = 'f'
    UNION ALL SELECT relname, '', '', '', '', relrowsecurity::text, relforcerowsecurity::text
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY 1, 2, 6
"""


def walls(environment: dict[str, str]) -> list[Any]:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as owner:
        return owner.execute(WALLS).fetchall()


@pytest.mark.postgresql
def test_migrated_database_of_older_policies_equals_a_new_one(tmp_path: Path, tmp_path_factory):
    (tmp_path / "other_policies").mkdir()
    (tmp_path / "other_policies/__init__.py").touch()
    (tmp_path / "other_policies/apps.py").write_text(OTHER_POLICIES)
    later = {"PYTHONPATH": str(tmp_path), "PLUGINS": "apps.devtools,other_policies"}
    with new_database(tmp_path_factory) as old, new_database(tmp_path_factory) as new:
        manage(old, "migrate", "-v", "0")
        manage(old, "tenant", "create", "acme")
        manage(old, "seed", "--tenant", "acme", "--customers", "2")
        before = walls(old)

        manage(old | later, "migrate", "-v", "0")
        manage(new | later, "migrate", "-v", "0")

        after = walls(old)
        assert (after == walls(new), after != before) == (True, True)


@as_owner
@pytest.mark.postgresql
@pytest.mark.django_db
def test_policy_with_other_parentheses_is_reported(monkeypatch):
    monkeypatch.setitem(isolation.POLICIES, "tenant_only", ("RESTRICTIVE", "(tenant_id = 1 OR tenant_id = 2) AND true"))
    renew_walls(connection)
    monkeypatch.setitem(isolation.POLICIES, "tenant_only", ("RESTRICTIVE", "tenant_id = 1 OR (tenant_id = 2 AND true)"))

    problems = [problem for problem in isolation_problems(connection) if problem.startswith("orders_order: missing")]

    assert problems == ["orders_order: missing: policy tenant_only of this version"]


@as_owner
@pytest.mark.postgresql
@pytest.mark.django_db
def test_current_row_security_is_not_rewritten(count):
    with count() as statements:
        after_migrate(plan=[])

    assert [sql for sql in statements.sql if not sql.strip().startswith(("SELECT", "WITH"))] == []


def test_every_migration_of_a_tenants_table_names_its_model_in_isolate():
    """`migrate` adds row security at its end too, but rows written earlier in that run would not be checked."""
    isolated = {
        (migration.app_label, operation.model_name.lower())
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, Isolate)
    }
    owned = {(model._meta.app_label, model._meta.model_name): model.__name__ for model in tenant_owned_models()}

    missing = [f'apps/{app}/migrations: add Isolate("{owned[app, name]}")' for app, name in sorted({*owned} - isolated)]
    assert missing == []
