"""Count the SQL statements of a request, for Server-Timing and the tests."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

# Every request runs these, so counting them would obscure the cost of a view.
NOT_COUNTED = re.compile(
    r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION|SET LOCAL)"  # transaction control
    r"|^\s*(SELECT set_config\(|PRAGMA)"  # settings of the tenant and of the connection
    r"|^EXPLAIN"  # run by Silk
    r'|FROM "tenancy_(apikey|tenant)"'  # the look-up of the API key
)


class Statements:
    """The statements since counting began: their SQL, and the database's total time in seconds."""

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
    """Count the statements that this thread runs inside the block, on every database."""
    statements = Statements()
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(statements))
        yield statements
