"""Trigram index: PostgreSQL finds any part of a text by its sequences of three characters.

Under row security only a leakproof operator may use an index. LIKE is not leakproof by default; a superuser can mark
it so (`deploy/roles.sql`). See https://www.postgresql.org/docs/current/pgtrgm.html
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import CreateExtension


class TrigramIndex(GinIndex):
    """An index for `contains`, on the tenant and a text field. SQLite has no such index and scans the rows."""

    def __init__(self, *, fields: Sequence[str], name: str) -> None:
        # Without fastupdate, new rows are indexed at once. Otherwise each search would scan a list of pending rows.
        super().__init__(fields=fields, name=name, opclasses=("int8_ops", "gin_trgm_ops"), fastupdate=False)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {"fields": kwargs["fields"], "name": kwargs["name"]}

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return ""
        return super().create_sql(model, schema_editor, using, **kwargs)

    def remove_sql(self, model: Any, schema_editor: Any, **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return ""
        return super().remove_sql(model, schema_editor, **kwargs)


class NeedExtension(CreateExtension):
    """Create the extension if it does not exist. Unapplying keeps it, because others may use it."""

    def database_backwards(self, *args: Any) -> None:
        pass
