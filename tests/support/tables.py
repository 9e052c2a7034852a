"""Tables for models that a test defines."""

from __future__ import annotations

from django.db import connection, models


def create_table(model: type[models.Model]) -> None:
    """Create the model's table in the test's transaction, on PostgreSQL as the owner and without foreign keys."""
    # Not `create_model`: SQLite's schema editor refuses to begin inside a transaction.
    editor = connection.schema_editor()
    editor.deferred_sql = []
    statement, params = editor.table_sql(model)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
