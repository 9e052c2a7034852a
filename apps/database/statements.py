"""Counts what a request asks of the database: the figure in Server-Timing, in the tests and in every report of it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Every request pays these alike, so they would only blur what a view costs.
NOT_COUNTED = re.compile(
    r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION|SET LOCAL)"  # transaction control
    r"|^\s*(SELECT set_config\(|PRAGMA)"  # the tenant setting, the connection's own
    r"|^EXPLAIN"  # Silk's own
    r'|FROM "tenancy_(apikey|tenant)"'  # who is asking
)


class Statements:
    """The statements run since counting began: their SQL, and the seconds the database took in all."""

    def __init__(self) -> None:
        self.sql: list[str] = []
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self.sql)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if NOT_COUNTED.search(sql):
            return execute(sql, params, many, context)
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.sql.append(sql)


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Count the statements that this thread runs inside the block."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements
