"""Concurrent calls, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from harness import concurrency

Result = TypeVar("Result")


def at_once(times: int, call: Callable[[int], Result]) -> list[Result]:
    """Call `harness.concurrency.at_once`; each thread closes its connection at the end."""

    def run(number: int) -> Result:
        try:
            return call(number)
        finally:
            connection.close()

    return concurrency.at_once(times, run)
