"""Run commands of manage.py, and start and stop server processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from harness.environment import PRODUCTION
from harness.machine import ROOT, wait_until

SERVE = (sys.executable, "-m", "config.serve")  # what `make serve` runs
HTTPS = {"X-Forwarded-Proto": "https"}


def manage(environment: Mapping[str, str], *arguments: str, folder: Path = ROOT) -> str:
    """Run manage.py with production's settings and `environment`, and return what it prints.

    Uses the code in `folder`, and its virtual environment if it has one. Raises CalledProcessError, after writing the
    command's messages to stderr.
    """
    python = sys.executable if folder == ROOT else str(folder / ".venv/bin/python")
    done = subprocess.run(
        [python, "manage.py", *arguments],
        cwd=folder,
        env={**os.environ, **PRODUCTION, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return done.stdout


def is_served(port: int, path: str = "/healthz", seconds: float = 10) -> bool:
    """Whether a server on the port responds with 200 in time."""
    connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path, headers=HTTPS)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Running:
    """A server process in a session of its own. The constructor waits until it `answers`; `stop` ends it.

    Raises RuntimeError with its output if it ends early, TimeoutError if it does not answer within a minute.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        answers: Callable[[], bool],
        *,
        folder: Path = ROOT,
        output: Path | None = None,
        **options: Any,
    ) -> None:
        """`output`: the file that the process writes to, if it should remain; `options`: those of subprocess."""
        self.command, self.environment = command, {**os.environ, "PYTHONPATH": str(folder), **environment}
        self.answers, self._folder, self._options = answers, folder, options
        # A file, because a pipe that nobody reads would block a server that writes much.
        if output is None:
            descriptor, name = tempfile.mkstemp()
            os.close(descriptor)
            weakref.finalize(self, os.unlink, name)
            output = Path(name)
        self._output = output
        self.start()

    @property
    def log(self) -> str:
        """The output of the process so far."""
        return self._output.read_text()

    def start(self) -> None:
        """Start the process, for the first time or again, and wait until it answers."""
        with self._output.open("a") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self._folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._options,
            )
        try:
            wait_until(self._is_up, f"an answer of {self.command[-1]}")
        except BaseException:
            self.stop()
            raise

    def _is_up(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.command} ended: {self.log[-3000:]}")
        return self.answers()

    def stop(self) -> int:
        """End the process as an operator would; see `end`."""
        self.process.terminate()
        return self.end()

    def kill(self) -> None:
        """Kill the process and those it started, as the kernel does when memory runs out."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        """Suspend the process and those it started until `thaw`: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the process and those it started."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # They have ended.
            os.killpg(self.process.pid, number)

    def end(self, seconds: float = 60) -> int:
        """Wait for a signalled process, return its exit status. After `seconds`, kill its process group and return -9.

        Send SIGTERM only once: during interpreter shutdown Python has no handlers left, so a second one would kill it.
        """
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()
