"""Calls that run at the same time, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def at_once(times: int, call: Callable[[int], Result]) -> list[Result]:
    """What `call(0)`, `call(1)`, … returned, begun together in as many threads; raises what one of them raised."""
    start = threading.Barrier(times, timeout=30)

    def run(number: int) -> Result:
        start.wait()
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
