"""Triggers of the installed apps: list the expected ones, compare them with the database, install them.

An app names its `triggers` module in its AppConfig; the module lists TRIGGERS and NUMBERS (see `totals`). Triggers are
installed when `migrate` ends (see `migrating`), and compared with the database by a system check, /readyz and
`reconcile`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.plugin import plugins

# Distinguishes our triggers from others in the database.
PREFIX = "maintain_"
DIFFERENT = "is not the one of this version"


@dataclass(frozen=True)
class Trigger:
    """A trigger on `table`, in both dialects side by side. A dialect that does not need it is empty.

    `sqlite` is the text after the name in CREATE TRIGGER, per row. `postgresql` is the same up to EXECUTE, mostly per
    statement with transition tables, so that a bulk change of any size runs it once; `body` is its PL/pgSQL function,
    which runs with the rights of the role that changes the table.
    """

    name: str
    table: str
    sqlite: str = ""
    postgresql: str = ""
    body: str = ""

    @property
    def full_name(self) -> str:
        return PREFIX + self.name


def triggers(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Return the triggers of the installed apps for this database's dialect."""
    every = chain.from_iterable(module.TRIGGERS for module in trigger_modules().values())
    return [trigger for trigger in every if getattr(trigger, connection.vendor)]


def trigger_problems(connection: BaseDatabaseWrapper, *, is_newer: bool = False) -> list[str]:
    """Return which expected triggers are missing, disabled or different in the database. Reads the catalogue.

    With `is_newer`, a later version may have replaced them by its own, which is no problem.
    """
    stale = [(trigger, what) for trigger, what in _stale(connection) if not (is_newer and what == DIFFERENT)]
    return [f"trigger {trigger.full_name} on {trigger.table} {what}" for trigger, what in stale]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create or replace every trigger that is missing or different, in one transaction."""
    wanted = [trigger for trigger, _ in _stale(connection)]
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in wanted:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.full_name}"')
                cursor.execute(_sqlite(trigger))
        elif wanted:
            # Lock all tables at once, parents first as writers do, or a concurrent writer could deadlock with this.
            tables = {trigger.table for trigger in triggers(connection)}
            ordered = [model._meta.db_table for model in apps.get_models() if model._meta.db_table in tables]
            cursor.execute(f"LOCK TABLE {', '.join(ordered)} IN SHARE ROW EXCLUSIVE MODE")
            for trigger in wanted:
                _install_on_postgresql(trigger, cursor)


def trigger_modules() -> dict[str, Any]:
    """Return the `triggers` module of each installed app that has one, by the app's label."""
    return {app.label: import_module(app.triggers) for app in plugins() if app.triggers}


def _stale(connection: BaseDatabaseWrapper) -> Iterator[tuple[Trigger, str]]:
    """Yield the expected triggers that are missing or different, each with the reason."""
    found = installed(connection)
    for trigger in triggers(connection):
        if trigger.full_name not in found:
            yield trigger, "is missing"
        elif not _is_enabled(found[trigger.full_name]):
            yield trigger, "is disabled"
        elif not _is_current(trigger, found[trigger.full_name]):
            yield trigger, DIFFERENT


def installed(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Return our triggers in the database by name, each with the details that `_is_current` compares."""
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


def _is_enabled(found: Any) -> bool:
    return isinstance(found, str) or found[2] == "O"


def _is_current(trigger: Trigger, found: Any) -> bool:
    if isinstance(found, str):
        return found == _sqlite(trigger)
    source, comment, _, settings, definition, schema = found
    expected = (_body(trigger), _comment(trigger, definition), [f"search_path={schema}, pg_temp"])
    return (source, comment, settings) == expected


def _sqlite(trigger: Trigger) -> str:
    return f'CREATE TRIGGER "{trigger.full_name}" {trigger.sqlite.strip()}'


def _body(trigger: Trigger) -> str:
    return f"BEGIN\n{trigger.body.strip()}\nEND"


def _comment(trigger: Trigger, definition: str) -> str:
    # PostgreSQL rewrites definitions, so the hash covers both the text that we sent and the text that it stored.
    return hashlib.sha256(f"{trigger.table} {trigger.postgresql} {definition}".encode()).hexdigest()


def _install_on_postgresql(trigger: Trigger, cursor: Any) -> None:
    name = trigger.full_name
    cursor.execute("SELECT quote_ident(current_schema())")
    (schema,) = cursor.fetchone()
    # The search path is pinned with temporary tables last, so that no session can change it or shadow our tables.
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
