"""What happens around `migrate`: triggers make room for changes of tables, and are complete again when it ends."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from apps.database.totals import repair
from apps.database.triggers import install, installed, trigger_modules, trigger_problems, triggers
from apps.tenancy.isolation import renew_walls

# SQLite's triggers of apps that are no longer installed, between before_migrate and after_migrate.
_unowned: dict[str, str] = {}


def pending_migrations(connection: BaseDatabaseWrapper) -> int:
    """How many migrations are still to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def before_migrate(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """pre_migrate: make room for changes of tables.

    On SQLite a table that triggers name cannot be rebuilt, so they go until the end; those that no installed app owns
    come back as they were. On PostgreSQL they stay, and no concurrent write goes unnoticed (they name no column that
    ALTER could object to), but for those of an app whose migrations are unapplied.
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
