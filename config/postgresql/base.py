"""Django's PostgreSQL, but a connection ends with its thread, and says whether it works without asking the server."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg.pq import TransactionStatus

_of_thread = threading.local()


class _Ender:
    """Closes a connection when nobody holds this any more, but in no fork: there the connection is the parent's."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._process = connection, os.getpid()

    def __del__(self) -> None:
        if os.getpid() == self._process:
            self._connection.close()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        # A server lets idle threads go. What Django keeps for a thread is in cycles: the connection would stay open
        # until the garbage collector comes by, which an idle process may not see for hours.
        setattr(_of_thread, str(id(self)), _Ender(connection))
        return connection

    def is_usable(self) -> bool:
        """Whether the server has not closed the connection, and no transaction was left on it. Asks no one.

        Django's sends a statement, which is a round trip for each request. What the server has closed, its socket
        knows.
        """
        if self.connection is None or self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        try:
            # A server that goes says why: the first call reads that, and only the second reaches the end.
            self.connection.pgconn.consume_input()
            self.connection.pgconn.consume_input()
        except OperationalError:
            return False
        return True
