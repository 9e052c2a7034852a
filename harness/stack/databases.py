"""The two PostgreSQL servers of the stack, whose processes a test may kill or freeze."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness.machine import wait_until
from harness.postgresql import Cluster
from harness.standby import Standby


class Controlled:
    """A server with its data in `_data`, a part of `_folder`. `halt` and `start` are those of the other base class."""

    _folder: Path
    _data: Path
    _port: int
    halt: Callable[[str], None]

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._folder / "log"

    @property
    def is_running(self) -> bool:
        return any(map(_is_alive, self._processes()[:1]))

    def freeze(self) -> None:
        """Suspend all of the server's processes: it accepts connections and never responds, like a paused machine."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the server's processes."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill all of the server's processes, as the kernel does when memory runs out, and keep its data."""
        self.freeze()  # Otherwise it would start new ones.
        processes = self._processes()
        self._signal(signal.SIGKILL)
        wait_until(lambda: not any(map(_is_alive, processes)), "the server's processes have ended")
        # Remove the lock files: until its parent reaps it, the killed server still counts as running.
        for lock in (self._data / "postmaster.pid", self._folder / f".s.PGSQL.{self._port}.lock"):
            lock.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server, whatever state it is in, and remove its folder."""
        self.thaw()
        if self.is_running:
            self.halt("immediate")
        shutil.rmtree(self._folder)

    def _processes(self) -> list[int]:
        """Return the ids of the server's processes, its first one first; none if it has ended."""
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            leader = int((self._data / "postmaster.pid").read_text().split()[0])
            return [leader, *map(int, Path(f"/proc/{leader}/task/{leader}/children").read_text().split())]
        return []

    def _signal(self, number: signal.Signals) -> None:
        # The first process once more than the others: frozen before these are listed, it starts no new ones.
        for process in (*self._processes()[:1], *self._processes()):
            with suppress(ProcessLookupError):
                os.kill(process, number)


class Primary(Controlled, Cluster):
    """The server that accepts writes. It writes to disk at each COMMIT."""

    def __init__(self) -> None:
        super().__init__(durable=True)


class Replica(Controlled, Standby):
    """A hot standby, which follows the primary."""


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
