"""Measure the processor time of running processes, in nanoseconds where the system supports it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and all its descendants, including ended ones."""
    ended = psutil.Process(pid).cpu_times()
    total = ended.children_user + ended.children_system
    for process in family(pid):
        with suppress(psutil.NoSuchProcess, OSError):  # A parallel worker of PostgreSQL may just have ended.
            total += cpu_seconds_of([process])
    return total


def family(pid: int) -> list[int]:
    """Return the ids of a process and its running descendants."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def cpu_seconds_of(pids: Iterable[int]) -> float:
    """Return the processor time of these processes without descendants, in microseconds. Raises if one has ended."""
    if sys.platform == "linux":
        # Python lacks clock_getcpuclockid(3), and /proc/PID/stat has a resolution of only 10 ms.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(time.user + time.system for time in times)
