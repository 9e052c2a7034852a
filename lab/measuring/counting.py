"""What statements bring and what they have in common, where `apps.database.statements` says which of them count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.database.statements import NOT_COUNTED


def shape(sql: str) -> str:
    """What statements that differ only in their values and columns have in common."""
    text = re.sub(r"^SELECT (?!COUNT).*? FROM ", "SELECT … FROM ", sql, flags=re.DOTALL)
    text = re.sub(r"\(%s(, %s)*\)(, \(%s(, %s)*\))*", "(…)", text)
    text = re.sub(r"(INSERT INTO \S+) .*", r"\1 …", text)
    return re.sub(r"\s+", " ", text)[:500]


@contextmanager
def counted_rows() -> Iterator[list[int]]:
    """How many rows each fetch of a counted statement brought, inside the block."""
    fetched: list[int] = []

    class Counting(CursorWrapper):
        counts = True

        def execute(self, sql: Any, params: Any = None) -> Any:
            self.counts = not NOT_COUNTED.search(str(sql))
            return super().execute(sql, params)

        def __getattr__(self, name: str) -> Any:
            found = super().__getattr__(name)
            return self._counting(found) if name in ("fetchone", "fetchmany", "fetchall") and self.counts else found

        def __iter__(self) -> Iterator[Any]:
            for row in super().__iter__():
                fetched.append(int(self.counts))
                yield row

        def _counting(self, fetch: Any) -> Any:
            def counted(*arguments: Any) -> Any:
                result = fetch(*arguments)
                if result is not None:
                    fetched.append(1 if fetch.__name__ == "fetchone" else len(result))
                return result

            return counted

    make = connection.make_cursor
    connection.make_cursor = lambda cursor: Counting(cursor, connection)  # type: ignore[method-assign]
    try:
        yield fetched
    finally:
        connection.make_cursor = make  # type: ignore[method-assign]
