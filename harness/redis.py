"""A Redis server on a free port, which a test may stop, freeze, fill or empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redis

from harness.machine import free_port
from harness.processes import Running


class RedisServer(Running):
    """Its `url` is a CACHE_URL. It keeps nothing on disk, so it is empty when it starts again."""

    def __init__(self, output: Path | None = None) -> None:
        """`output`: the file that it logs to, if it should remain."""
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        # For clients that shall not take a slow reply on a busy machine for an outage.
        self.patient_url = f"{self.url}?socket_timeout=2&socket_connect_timeout=2"
        self.client = redis.Redis.from_url(self.url)
        command = [str(shutil.which("redis-server")), "--port", str(port), "--bind", "127.0.0.1"]
        super().__init__([*command, "--save", "", "--appendonly", "no"], {}, self._answers, output=output)

    def run(self, *command: Any) -> Any:
        """Run a command and return its reply."""
        return self.client.execute_command(*command)

    def stop(self) -> int:
        self.client.close()
        return super().stop()

    def calls(self, command: str) -> int:
        """Return how often a command was sent since CONFIG RESETSTAT, refused ones included."""
        self.run("PING")  # Its reply follows what was in the sockets of a server that was frozen.
        statistics = self.run("INFO", "commandstats").get(f"cmdstat_{command}", {})
        return statistics.get("calls", 0) + statistics.get("rejected_calls", 0)

    @contextmanager
    def killed(self) -> Iterator[None]:
        """Have no server inside the block; then start it again, empty."""
        self.kill()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Delete everything, at the start of the block and at its end."""
        self.run("FLUSHALL")
        yield
        self.run("FLUSHALL")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze it inside the block: its connections stay open, and it answers nothing."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    @contextmanager
    def full(self) -> Iterator[None]:
        """Have it refuse each write inside the block, because its memory is full."""
        self.run("CONFIG", "SET", "maxmemory", "1")
        try:
            yield
        finally:
            self.run("CONFIG", "SET", "maxmemory", "0")

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False
