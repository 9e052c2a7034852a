"""Run calls concurrently."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def at_once(times: int, call: Callable[[int], Result]) -> list[Result]:
    """Run `call(0)`, `call(1)`, … at once, one thread each, and return their results. Raises a call's exception."""
    start = threading.Barrier(times, timeout=30)

    def run(number: int) -> Result:
        start.wait()
        return call(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
