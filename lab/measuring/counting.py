"""Count the rows that statements fetch (those that `apps.database.statements` counts), and group them by shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.database.statements import NOT_COUNTED


def shape(sql: str) -> str:
    """Return the statement without its values and columns, so that statements that differ only in these are equal."""
    text = re.sub(r"^SELECT (?!COUNT).*? FROM ", "SELECT … FROM ", sql, flags=re.DOTALL)
    text = re.sub(r"\(%s(, %s)*\)(, \(%s(, %s)*\))*", "(…)", text)
    text = re.sub(r"(INSERT INTO \S+) .*", r"\1 …", text)
    return re.sub(r"\s+", " ", text)[:500]


@contextmanager
def counted_rows() -> Iterator[list[int]]:
    """Collect, inside the block, how many rows each fetch of a counted statement returns."""
    fetched: list[int] = []

    class Counting(CursorWrapper):
        counts = True

        def execute(self, sql: Any, params: Any = None) -> Any:
            self.counts = not NOT_COUNTED.search(str(sql))
            return super().execute(sql, params)

        def __getattr__(self, name: str) -> Any:
            attribute = super().__getattr__(name)
            is_fetch = name in ("fetchone", "fetchmany", "fetchall")
            return self._counting(attribute) if is_fetch and self.counts else attribute

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
