"""Operations of migrations during which the running version goes on reading and writing.

A migration that has one has `atomic = False`, and no operation of another kind. If it fails halfway, run it again:
each operation first drops what an attempt left. On SQLite, which has one writer, they are Django's operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, ClassVar

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.transaction import atomic


@contextmanager
def _no_lock_timeout(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Switch off, inside the block, the limit that `manage.py migrate` sets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', '0', false)")
        before, _ = cursor.fetchone()
        yield
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


class _AddIndexAgain(AddIndexConcurrently):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, to_state, from_state)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class _RemoveCheckAgain(RemoveConstraint):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{self.name}"')


class _AddCheckInSteps(AddConstraintNotValid):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        left = _RemoveCheckAgain(self.model_name, self.constraint.name)
        left.database_forwards(app_label, schema_editor, from_state, to_state)
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        validation = ValidateConstraint(self.model_name, self.constraint.name)
        validation.database_forwards(app_label, schema_editor, from_state, to_state)


class _Online(Operation):
    atomic = False
    waits: ClassVar[bool] = False  # for locks, however long it takes; no request waits behind it
    on_postgresql: ClassVar[type[Operation]]
    on_sqlite: ClassVar[type[Operation]]

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run("database_forwards", app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run("database_backwards", app_label, schema_editor, from_state, to_state)

    def _run(self, method: str, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            with _no_lock_timeout(schema_editor.connection) if self.waits else nullcontext():
                getattr(self.on_postgresql, method)(self, app_label, schema_editor, *states)
            return
        with atomic(schema_editor.connection.alias):
            getattr(self.on_sqlite, method)(self, app_label, schema_editor, *states)


class AddIndexOnline(_Online, _AddIndexAgain):
    """Create an index with CREATE INDEX CONCURRENTLY."""

    waits = True
    on_postgresql, on_sqlite = _AddIndexAgain, AddIndex


class RemoveIndexOnline(_Online, RemoveIndexConcurrently):
    """Drop an index with DROP INDEX CONCURRENTLY."""

    waits = True
    on_postgresql, on_sqlite = RemoveIndexConcurrently, RemoveIndex


class AddCheckOnline(_Online, _AddCheckInSteps):
    """Add a CHECK as NOT VALID, then validate the stored rows, which locks no writes."""

    on_postgresql, on_sqlite = _AddCheckInSteps, AddConstraint


class RemoveCheckOnline(_Online, _RemoveCheckAgain):
    """Drop a CHECK."""

    on_postgresql, on_sqlite = _RemoveCheckAgain, RemoveConstraint
