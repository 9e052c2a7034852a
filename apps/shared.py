"""State that the processes of an installation share through Redis. Each process can go on without it.

If Redis is unavailable, frozen or full, a process waits once, at most PATIENCE, and then does not use Redis for PAUSE.
"""

import threading
import time
from functools import cache
from logging import getLogger
from typing import Any

from django.conf import settings
from django.core.cache import cache as own_cache
from django.core.cache import caches
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 0.04  # seconds for a reply; socket_timeout and socket_connect_timeout in CACHE_URL override it
PAUSE = 5.0  # seconds without Redis after it has failed

Command = tuple[Any, ...]


class Unavailable(Exception):
    """There is no Redis, or it has failed within the last PAUSE seconds."""


class Shared:
    """A Redis server that may fail. Threads share an instance."""

    def __init__(self, url: str) -> None:
        """`url` as in redis://host:6379/0; without one, Redis is always unavailable."""
        # A new connection sends no HELLO or CLIENT SETINFO, so that a call waits for at most one reply.
        options = {"protocol": 2, "driver_info": None, "retry": Retry(NoBackoff(), 0)}
        waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        self._redis = Redis.from_url(url, **options, **waits) if url else None
        self._retry_at = 0.0  # 0 while Redis answers
        self._lock = threading.Lock()

    def run(self, *commands: Command) -> list[Any]:
        """Run the commands in one round trip and return their replies. Raises Unavailable."""
        if self._redis is None or not self._may_try():
            raise Unavailable
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                replies = pipeline.execute()
        except RedisError as error:  # also raised if Redis refuses a command, such as a write when its memory is full
            self._pause(error)
            raise Unavailable from error
        if self._retry_at:
            self._retry_at = 0.0
            getLogger(__name__).warning("Redis answers again.")
        return replies

    def _may_try(self) -> bool:
        if not self._retry_at:
            return True
        with self._lock:
            if time.monotonic() < self._retry_at:
                return False
            self._retry_at = time.monotonic() + PAUSE  # Only this thread tries again.
            return True

    def _pause(self, error: RedisError) -> None:
        with self._lock:
            was_available, self._retry_at = not self._retry_at, time.monotonic() + PAUSE
        if was_available:
            getLogger(__name__).warning("Redis is unavailable; this process goes on without it: %s", error)


@cache
def server() -> Shared:
    """Return the installation's Redis, settings.CACHE_URL."""
    return Shared(settings.CACHE_URL)


def count(name: str, seconds: int) -> int:
    """Add 1 to a counter that expires after `seconds` and return it. Without Redis, each process has its own."""
    try:
        return server().run(("INCR", name), ("EXPIRE", name, seconds))[0]
    except Unavailable:
        own_cache.add(name, 0, seconds)
        return own_cache.incr(name)


def put(name: str, value: bytes, seconds: int, *, own: str = "default") -> None:
    """Store a value for `seconds`, for all processes; without Redis, for this process only, in its cache `own`."""
    try:
        server().run(("SET", name, value, "EX", seconds))
    except Unavailable:
        caches[own].set(name, value, seconds)


def get(name: str, *, own: str = "default") -> bytes | None:
    """Return the value stored under this name, or None. `own` as in `put`."""
    try:
        return server().run(("GET", name))[0]
    except Unavailable:
        return caches[own].get(name)
