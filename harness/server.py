"""What every PostgreSQL server of the harness has: a folder, a port, and processes that a test may kill or freeze."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from harness.machine import find_binaries, free_port, missing_programs, not_root, wait_until


class Server:
    """A PostgreSQL server on an unused port, with its data in a temporary folder that `stop` removes.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """

    def __init__(self) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise FileNotFoundError(missing_programs()[0])
        self._binaries, self._port = binaries, free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        self._user = not_root(self._folder)

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._folder / "log"

    @property
    def postmaster(self) -> int:
        """The id of the server's first process. Raises FileNotFoundError if the server was stopped."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    @property
    def is_running(self) -> bool:
        return any(map(_is_alive, self._processes()[:1]))

    def halt(self, mode: str) -> None:
        """Stop the server in one of pg_ctl's modes, and keep its data."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def freeze(self) -> None:
        """Suspend all of the server's processes: it accepts connections and never responds, like a paused machine."""
        _signal(self._processes()[:1], signal.SIGSTOP)  # first, or it would start new ones
        _signal(self._processes(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the server's processes."""
        _signal(self._processes()[::-1], signal.SIGCONT)  # its first one last: until then it reaps no others

    def kill(self) -> None:
        """Kill all of the server's processes, as the kernel does when memory runs out, and keep its data."""
        self.freeze()
        processes = self._processes()
        _signal(processes, signal.SIGKILL)
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

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _start(self, options: str, *arguments: str) -> None:
        options = f"-h 127.0.0.1 -p {self._port} -k {self._folder} {options}"
        options += " -c max_connections=400"  # for several test processes, some with fifty threads
        self._run("pg_ctl", "-D", self._data, "-w", *arguments, "-l", self.log, "-o", options, "start")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._user)

    def _processes(self) -> list[int]:
        """Return the ids of the server's processes, its first one first; none if it has ended."""
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
            return [self.postmaster, *map(int, children)]
        return []


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
