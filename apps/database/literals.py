"""Values that are part of a statement's text instead of its parameters."""

from typing import Any

from django.db.models import Value


class Literal(Value):
    """A word of this project, written into the statement.

    SQLite plans a statement before it knows its parameters. With a parameter it cannot see that a partial index has the
    rows that the statement needs (https://www.sqlite.org/partialindex.html).
    """

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        if not str(self.value).isalnum():
            raise ValueError(f"{self.value!r} has characters that would have to be quoted.")
        return f"'{self.value}'", ()
