"""Handlers around `migrate`: triggers that would block schema changes are dropped before, and reinstalled after."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from apps.database.totals import repair
from apps.database.triggers import install, installed, trigger_modules, trigger_problems, triggers
from apps.tenancy.isolation import renew_walls

# Triggers of apps that are no longer installed, kept between before_migrate and after_migrate on SQLite.
_unowned: dict[str, str] = {}


def pending_migrations(connection: BaseDatabaseWrapper) -> int:
    """Return how many migrations are not applied yet."""
    return compare_migrations(connection)[0]


def compare_migrations(connection: BaseDatabaseWrapper) -> tuple[int, int]:
    """Return how many migrations are not applied yet, and how many are that only a later version can have."""
    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations
    replaced = {name for migration in known.values() for name in migration.replaces}
    unknown = [
        (label, name)
        for label, name in executor.loader.applied_migrations
        if label in executor.loader.migrated_apps and (label, name) not in known and (label, name) not in replaced
    ]
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes())), len(unknown)


def before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """Handle pre_migrate: drop the triggers that would block changes of tables.

    SQLite cannot rebuild a table that a trigger refers to, so all triggers are dropped; `after_migrate` restores those
    that no installed app owns. On PostgreSQL triggers stay, so that concurrent writes are still counted, except those
    of an app whose migrations are being unapplied.
    """
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, sql in (installed(connection) if plan else {}).items():
                _unowned[name] = sql
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            leaving = {migration.app_label for migration, backwards in plan if backwards}
            for label, module in trigger_modules().items():
                for trigger in module.TRIGGERS if label in leaving else ():
                    cursor.execute(f"DROP FUNCTION IF EXISTS {trigger.full_name}() CASCADE")


def after_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = None, **kwargs: Any) -> None:
    """Handle post_migrate: renew the walls between tenants (see `isolation`), install missing or changed triggers, and
    correct the maintained numbers of every tenant.

    Does nothing after `flush`, which has no plan, or while migrations are pending.
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
