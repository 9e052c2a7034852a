"""What the database itself keeps true: numbers maintained by triggers, whichever way rows are written.

An app that owns such numbers names its `triggers` module in its AppConfig; the module lists TRIGGERS and NUMBERS. They
are installed when `migrate` ends, and compared with the database by a system check, by /readyz and by `reconcile`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from apps.plugin import plugins
from apps.tenancy.isolation import renew_walls
from apps.tenancy.models import Tenant
from apps.tenancy.scope import SETTING, allow_slow_statements, tenant_scope

# Tells our triggers from others in the database.
PREFIX = "maintain_"


@dataclass(frozen=True)
class Trigger:
    """One reaction to a change of `table`, in both dialects side by side.

    `sqlite` is a CREATE TRIGGER's text from the event on, per row. `postgresql` is the same up to EXECUTE, mostly per
    statement with transition tables, which a bulk change of any size pays once; `body` is its function's, in PL/pgSQL.
    It runs with the rights of who changes the table. A dialect that is empty does not need it or cannot have it.
    """

    name: str
    table: str
    sqlite: str = ""
    postgresql: str = ""
    body: str = ""

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


def triggers(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Every trigger of the installed apps that this database can have."""
    every = chain.from_iterable(module.TRIGGERS for module in _modules().values())
    return [trigger for trigger in every if getattr(trigger, connection.vendor)]


def numbers() -> list[Number]:
    """Every maintained number of the installed apps, in the order in which they build on each other."""
    return list(chain.from_iterable(module.NUMBERS for module in _modules().values()))


def for_every_tenant(statement: str) -> str:
    """PL/pgSQL that runs `statement` once per tenant: TRUNCATE passes row security by, its consequences do not."""
    return f"""
        DECLARE
            before text := coalesce(current_setting('{SETTING}', true), '');
            tenant bigint;
        BEGIN
            FOR tenant IN SELECT id FROM tenancy_tenant LOOP
                PERFORM set_config('{SETTING}', tenant::text, true);
                {statement}
            END LOOP;
            PERFORM set_config('{SETTING}', before, true);
        END;"""  # noqa: S608  text of this project alone


def trigger_problems(connection: BaseDatabaseWrapper) -> list[str]:
    """What of the expected triggers is missing, switched off or different in the database. Reads the catalogue."""
    return [f"trigger {trigger.full_name} on {trigger.table} {what}" for trigger, what in _stale(connection)]


def pending_migrations(connection: BaseDatabaseWrapper) -> int:
    """How many migrations are still to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def batches(ids: Sequence[int], size: int = 5_000) -> Iterator[Sequence[int]]:
    """Cut `ids` into pieces that one statement of a repair can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """pre_migrate: make room for changes of tables.

    On SQLite a table that triggers name cannot be rebuilt, so they go until the end; those that no installed app owns
    come back as they were. On PostgreSQL they stay, and no concurrent write goes unnoticed (they name no column that
    ALTER could object to), but for those of an app whose migrations are unapplied.
    """
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, sql in (_found(connection) if plan else {}).items():
                _unowned[name] = sql
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            leaving = {migration.app_label for migration, backwards in plan if backwards}
            for label, module in _modules().items():
                for trigger in module.TRIGGERS if label in leaving else ():
                    cursor.execute(f"DROP FUNCTION IF EXISTS {trigger.full_name}() CASCADE")


def after_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = None, **kwargs: Any) -> None:
    """post_migrate: install what is missing or different (first the walls between tenants, see `isolation`), and then
    make the numbers true for every tenant.

    Does nothing after `flush` (which has no plan), nor while migrations are still to be applied.
    """
    connection = connections[using]
    if plan is None or pending_migrations(connection):
        return
    renew_walls(connection)
    with connection.cursor() as cursor:
        ours = {trigger.full_name for trigger in triggers(connection)}
        for name in [name for name in _unowned if name not in ours]:
            cursor.execute(_unowned[name])
    _unowned.clear()
    if trigger_problems(connection):
        install(connection)
        repair()


def install(connection: BaseDatabaseWrapper) -> None:
    """Create or replace every trigger that is missing or different, in one transaction."""
    wanted = [trigger for trigger, _ in _stale(connection)]
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in wanted:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.full_name}"')
                cursor.execute(_sqlite(trigger))
        elif wanted:
            # All at once and parents first, as writers do, or a writer between two tables would deadlock with us.
            tables = {trigger.table for trigger in triggers(connection)}
            ordered = [model._meta.db_table for model in apps.get_models() if model._meta.db_table in tables]
            cursor.execute(f"LOCK TABLE {', '.join(ordered)} IN SHARE ROW EXCLUSIVE MODE")
            for trigger in wanted:
                _install_on_postgresql(trigger, cursor)


def repair() -> None:
    """Write the truth into every maintained number of every tenant."""
    for tenant in Tenant.objects.order_by("pk"):
        with tenant_scope(tenant):
            allow_slow_statements()
            for number in numbers():
                number.repair()


# SQLite's triggers of apps that are no longer installed, between before_migrate and after_migrate.
_unowned: dict[str, str] = {}


def _modules() -> dict[str, Any]:
    """The `triggers` module of each installed app that has one, by the app's label."""
    return {app.label: import_module(app.triggers) for app in plugins() if app.triggers}


def _stale(connection: BaseDatabaseWrapper) -> Iterator[tuple[Trigger, str]]:
    """The expected triggers that are not there as they should be, and what is wrong with each."""
    found = _found(connection)
    for trigger in triggers(connection):
        if trigger.full_name not in found:
            yield trigger, "is missing"
        elif not _is_current(trigger, found[trigger.full_name]):
            yield trigger, "is not the one of this version"


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
            SELECT t.tgname, p.prosrc, obj_description(t.oid, 'pg_trigger'), t.tgenabled, p.proconfig,
                md5(pg_get_triggerdef(t.oid)), quote_ident(current_schema())
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
                JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT t.tgisinternal AND starts_with(t.tgname, %s) AND n.nspname = current_schema()
            """,
            [PREFIX],
        )
        return {name: rest for name, *rest in cursor.fetchall()}


def _is_current(trigger: Trigger, found: Any) -> bool:
    if isinstance(found, str):
        return found == _sqlite(trigger)
    source, comment, enabled, settings, definition, schema = found
    expected = (_body(trigger), _comment(trigger, definition), "O", [f"search_path={schema}, pg_temp"])
    return (source, comment, enabled, settings) == expected


def _sqlite(trigger: Trigger) -> str:
    return f'CREATE TRIGGER "{trigger.full_name}" {trigger.sqlite.strip()}'


def _body(trigger: Trigger) -> str:
    return f"BEGIN\n{trigger.body.strip()}\nEND"


def _comment(trigger: Trigger, definition: str) -> str:
    # The catalogue tells a trigger in words of its own: what we asked for, and what it made of that, at once.
    return hashlib.sha256(f"{trigger.table} {trigger.postgresql} {definition}".encode()).hexdigest()


def _install_on_postgresql(trigger: Trigger, cursor: Any) -> None:
    name = trigger.full_name
    cursor.execute("SELECT quote_ident(current_schema())")
    (schema,) = cursor.fetchone()
    # The search path is pinned, its temporary tables last: a session may come with another, or shadow our tables.
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp "
        f"AS $body${_body(trigger)}$body$"
    )
    cursor.execute(f"CREATE OR REPLACE TRIGGER {name} {trigger.postgresql.strip()} EXECUTE FUNCTION {name}()")
    cursor.execute(
        "SELECT md5(pg_get_triggerdef(oid)) FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
        [name, trigger.table],
    )
    (definition,) = cursor.fetchone()
    cursor.execute(f"COMMENT ON TRIGGER {name} ON {trigger.table} IS '{_comment(trigger, definition)}'")
