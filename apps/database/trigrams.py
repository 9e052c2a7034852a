"""Where PostgreSQL finds any part of a text: an index of its pieces of three characters.

Under row security only a leakproof operator may use an index. As PostgreSQL delivers it LIKE is none; a superuser can
declare it one (`deploy/roles.sql`). See https://www.postgresql.org/docs/current/pgtrgm.html
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import CreateExtension


class TrigramIndex(GinIndex):
    """Serves `contains` on the text field in `fields`, after the tenant. SQLite has no such index, and reads rows."""

    def __init__(self, *, fields: Sequence[str], name: str) -> None:
        # Rows wait for no vacuum to be sorted in: until then each search would read all that wait.
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
    """Create the extension where nobody has. It stays when this is unapplied: others may need it."""

    def database_backwards(self, *args: Any) -> None:
        pass
