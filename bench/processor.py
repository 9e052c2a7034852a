"""Processor time of running processes, to the nanosecond where the system counts it so."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and of all that it started, ended ones included."""
    ended = psutil.Process(pid).cpu_times()
    total = ended.children_user + ended.children_system
    for process in family(pid):
        with suppress(psutil.NoSuchProcess, OSError):  # a parallel worker of PostgreSQL's, which ended just now
            total += cpu_seconds_of([process])
    return total


def family(pid: int) -> list[int]:
    """The ids of a process and of its running descendants."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def cpu_seconds_of(pids: Iterable[int]) -> float:
    """Processor time of these processes without their descendants; takes microseconds. Raises if one has ended."""
    if sys.platform == "linux":
        # clock_getcpuclockid(3), which Python lacks; /proc/PID/stat has no more than hundredths of a second.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(time.user + time.system for time in times)
