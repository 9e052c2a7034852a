"""What the database itself keeps true: numbers maintained by triggers, whichever way rows are written.

An app that owns such numbers names its `triggers` module in its AppConfig; the module lists TRIGGERS and NUMBERS. They
are installed when `migrate` ends, and compared with the database by a system check, by /readyz and by `reconcile`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

# Tells our triggers from others in the database.
PREFIX = "maintain_"


@dataclass(frozen=True)
class Trigger:
    """One reaction to a change of `table`, in both dialects side by side.

    `sqlite` is a CREATE TRIGGER's text from the event on, per row. `postgresql` is the same up to EXECUTE, mostly per
    statement with transition tables, which a bulk change of any size pays once; `body` is its function's, in PL/pgSQL.
    It runs with the rights of who changes the table.
    """

    name: str
    table: str
    sqlite: str
    postgresql: str
    body: str

    @property
    def full_name(self) -> str:
        return PREFIX + self.name


@dataclass(frozen=True)
class Drift:
    """How far a maintained number is from the truth: rows that differ, and by how many cents in all."""

    rows: int
    cents: int


@dataclass(frozen=True)
class Number:
    """A maintained number, with its oracle. Both functions act for the current tenant; `repair` writes the truth."""

    label: str
    drift: Callable[[], Drift]
    repair: Callable[[], None]


def triggers() -> list[Trigger]:
    """Every trigger of the installed apps."""
    return list(chain.from_iterable(module.TRIGGERS for module in _modules()))


def numbers() -> list[Number]:
    """Every maintained number of the installed apps, in the order in which they build on each other."""
    return list(chain.from_iterable(module.NUMBERS for module in _modules()))


def trigger_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """What of the expected triggers is missing, switched off or different in the database. Reads the catalogue."""
    found = _found(connection)
    problems = []
    for trigger in triggers():
        if trigger.full_name not in found:
            problems.append(f"trigger {trigger.full_name} on {trigger.table} is missing")
        elif found[trigger.full_name] != _fingerprint(trigger, connection):
            problems.append(f"trigger {trigger.full_name} on {trigger.table} is not the one of this version")
    return problems


def before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """pre_migrate: on SQLite a table that triggers name cannot be rebuilt, so they go until the end.

    On PostgreSQL they stay, and no concurrent write goes unnoticed: they name no column that ALTER could object to.
    """
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with transaction.atomic(using), connection.cursor() as cursor:
            for name in _found(connection):
                cursor.execute(f'DROP TRIGGER "{name}"')


def after_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = None, **kwargs: Any) -> None:
    """post_migrate: install what is missing or different, and then make the numbers true for every tenant.

    Does nothing after `flush` (which has no plan), nor while migrations are still to be applied.
    """
    connection = connections[using]
    executor = MigrationExecutor(connection)
    if plan is None or executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if trigger_problems(connection):
        install(connection)
        repair()


def install(connection: BaseDatabaseWrapper) -> None:
    """Create or replace every trigger that is missing or different, in one transaction."""
    found = _found(connection)
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        for trigger in triggers():
            if found.get(trigger.full_name) != _fingerprint(trigger, connection):
                for statement in _statements(trigger, connection):
                    cursor.execute(statement)


def repair() -> None:
    """Write the truth into every maintained number of every tenant."""
    for tenant in Tenant.objects.order_by("pk"):
        with tenant_scope(tenant):
            for number in numbers():
                number.repair()


def _modules() -> list[Any]:
    return [import_module(app.triggers) for app in apps.get_app_configs() if hasattr(app, "triggers")]


def _found(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Our triggers in the database: name -> what tells this version from another."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                r"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE '\'",
                [PREFIX.replace("_", r"\_") + "%"],
            )
            return dict(cursor.fetchall())
        cursor.execute(
            """
            SELECT t.tgname, obj_description(t.oid, 'pg_trigger'), p.prosrc, t.tgenabled
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND starts_with(t.tgname, %s) AND c.relnamespace = current_schema()::regnamespace
            """,
            [PREFIX],
        )
        return {name: rest for name, *rest in cursor.fetchall()}


def _fingerprint(trigger: Trigger, connection: BaseDatabaseWrapper) -> Any:
    """What `_found` says of the trigger if it is as it should be."""
    if connection.vendor == "sqlite":
        return _statements(trigger, connection)[-1]
    return [_comment(trigger), _function_body(trigger), "O"]


def _comment(trigger: Trigger) -> str:
    # The catalogue stores a trigger's event in words of its own; a comment can be compared.
    return hashlib.sha256(f"{trigger.table} {trigger.postgresql}".encode()).hexdigest()


def _function_body(trigger: Trigger) -> str:
    return f"BEGIN\n{trigger.body.strip()}\nEND"


def _statements(trigger: Trigger, connection: BaseDatabaseWrapper) -> list[str]:
    name = trigger.full_name
    if connection.vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{name}"', f'CREATE TRIGGER "{name}" {trigger.sqlite.strip()}']
    return [
        # The search path is pinned, because a restore or a pooler may come with another.
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        f"AS $body${_function_body(trigger)}$body$",
        f"CREATE OR REPLACE TRIGGER {name} {trigger.postgresql.strip()} EXECUTE FUNCTION {name}()",
        f"COMMENT ON TRIGGER {name} ON {trigger.table} IS '{_comment(trigger)}'",
    ]
