"""Django's PostgreSQL, but it asks a connection whether it still works without asking the server."""

from __future__ import annotations

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
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
