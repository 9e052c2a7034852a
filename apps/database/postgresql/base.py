"""Django's PostgreSQL backend, with four differences.

A connection is closed when its thread ends, is checked before each request without a round trip, and reads timestamps
six times as fast. Another thread can make every statement fail that waits for a replica (`shut_down`).
"""

import os
import socket
import sys
import threading
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus

_thread_local = threading.local()
_lock = threading.Lock()
_handles: WeakSet["_Handle"] = WeakSet()


class _Handle:
    """A second descriptor of a connection's socket.

    The connection may close its own at any time, and its number may then belong to another socket.
    """

    def __init__(self, alias: str, connection: Any) -> None:
        self.alias, self.socket = alias, socket.socket(fileno=os.dup(connection.fileno()))
        with _lock:
            _handles.add(self)

    def __del__(self) -> None:
        self.socket.close()


def shut_down(alias: str) -> None:
    """Shut down this process's connections to the database `alias`, which must not be the default one.

    Statements that wait for a response raise OperationalError at once. Each thread connects again at its next request.
    """
    with _lock:
        handles = [handle for handle in _handles if handle.alias == alias]
    for handle in handles:
        with suppress(OSError):  # It is closed already.
            handle.socket.shutdown(socket.SHUT_RDWR)


class _ConnectionCloser:
    """Close a connection when this object is garbage-collected, except in a fork, where the parent uses it."""

    def __init__(self, connection: Any, handle: _Handle | None) -> None:
        self._connection, self._handle, self._process = connection, handle, os.getpid()

    def __del__(self) -> None:
        if os.getpid() == self._process:
            self._connection.close()


class TimestampLoader(Loader):
    """Parse a UTC session's timestamp as ISO 8601; psycopg's loader uses a slower regular expression."""

    timezone = timezone.utc  # Django checks this attribute, and would otherwise replace the loader.

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if sys.version_info >= (3, 11):  # Earlier versions cannot parse `+00`.
            connection.adapters.register_loader("timestamptz", TimestampLoader)
        # The server ends idle threads. Django's connection objects are in reference cycles, so the connection would
        # stay open until the next garbage collection, which may be hours away in an idle process.
        handle = None if self.alias == DEFAULT_DB_ALIAS else _Handle(self.alias, connection)
        setattr(_thread_local, str(id(self)), _ConnectionCloser(connection, handle))
        return connection

    def is_usable(self) -> bool:
        """Whether the server has not closed the connection and no transaction is open on it.

        Django would send a statement, which costs each request a round trip; a closed socket is visible without one.
        """
        if self.connection is None or self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        try:
            # A server that shuts down sends a reason: the first call reads it, the second the end of the stream.
            self.connection.pgconn.consume_input()
            self.connection.pgconn.consume_input()
        except OperationalError:
            return False
        return True
