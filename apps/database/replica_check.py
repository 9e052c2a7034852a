"""Check twice a second, in a thread of its own, whether the replica responds and is not too far behind."""

import logging
import threading
import time
from selectors import EVENT_READ, DefaultSelector

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus

from apps.database.freshness import NEVER, Freshness
from apps.database.postgresql.base import shut_down

log = logging.getLogger(__name__)

REPLICA = "replica"
# Seconds between two checks, and for an answer. A frozen replica holds up a request for both, and requests behind it
# wait their turn for 2.5 seconds at most.
INTERVAL, PATIENCE = 0.5, 1.0
# Positions are bytes since the beginning of the log. A server that is no standby answers without a row.
CURRENT = b"SELECT pg_current_wal_lsn() - '0/0'"
REPLAYED = b"SELECT pg_last_wal_replay_lsn() - '0/0' WHERE pg_is_in_recovery()"
# A standby has the identifiers of its primary.
IDENTITY = b"""
    SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
    FROM pg_control_system()"""


class Server:
    """The check's own connection to a database, opened at need."""

    def __init__(self, alias: str) -> None:
        self.identity = ""
        self._parameters = connections[alias].get_connection_params()
        self._connection: psycopg.Connection | None = None

    def ask(self, statement: bytes) -> str:
        """Return the statement's value, or '' if it has no row. Raises psycopg.Error or TimeoutError."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(**self._parameters, autocommit=True)
                self.identity = _value(self._connection, IDENTITY)
            return _value(self._connection, statement)
        except (psycopg.Error, TimeoutError):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            raise


class ReplicaCheck(threading.Thread):
    """The running check. `is_passed` can be called from any thread; it neither waits nor reads a database."""

    def __init__(self) -> None:
        super().__init__(name="replica-check", daemon=True)
        self._max_lag = settings.REPLICA_MAX_LAG_SECONDS
        # With checks as rare as the lag allowed, a replica that is hardly behind would be fresh only half of the time.
        self._interval = min(INTERVAL, self._max_lag / 4)
        self._primary, self._replica = Server(DEFAULT_DB_ALIAS), Server(REPLICA)
        self._freshness = Freshness(self._max_lag)
        self._passed_until = NEVER
        self._was_passed: bool | None = None

    def is_passed(self) -> bool:
        """Whether the replica may be read now."""
        return time.monotonic() < self._passed_until

    def run(self) -> None:
        self._problem()  # The age is known from the second answers on.
        while True:
            time.sleep(self._interval)
            problem = self._problem()
            # If this thread or the replica hangs, the result expires.
            expires = time.monotonic() + self._interval + PATIENCE
            self._passed_until = NEVER if problem else min(self._freshness.fresh_until(), expires)
            self._log_change(problem)

    def _problem(self) -> str:
        """Ask both servers for their positions, and return why the replica may not be read, or ''."""
        try:
            replayed = self._replica.ask(REPLAYED)
        except (psycopg.Error, TimeoutError) as error:
            self._freshness.forget()
            self._passed_until = NEVER
            shut_down(REPLICA)  # Requests that wait for it would wait for ever; they are repeated on the primary.
            return f"it does not answer ({_first_line(error)})"
        asked = time.monotonic()
        try:
            position = self._primary.ask(CURRENT)
        except (psycopg.Error, TimeoutError) as error:
            self._freshness.forget()
            return f"the primary gave no position ({_first_line(error)})"
        if self._primary.identity != self._replica.identity or not replayed:
            self._freshness.forget()
            return "it is no standby of the primary"
        if not self._freshness.note(replayed=int(replayed), position=int(position), asked=asked):
            return "it is ahead of the primary"
        if self._freshness.fresh_until() <= time.monotonic():
            return f"it is more than {self._max_lag} seconds behind"
        return ""

    def _log_change(self, problem: str) -> None:
        if self._was_passed is not (not problem):
            self._was_passed = not problem
            if problem:
                log.warning("Reports read the primary, not the replica: %s", problem)
            else:
                log.info("Reports read the replica")


def _value(connection: psycopg.Connection, statement: bytes) -> str:
    """Run a statement without parameters and return its value, waiting for PATIENCE at most.

    psycopg itself has a time limit for connecting only.
    """
    pgconn, end = connection.pgconn, time.monotonic() + PATIENCE
    with DefaultSelector() as answers:
        answers.register(pgconn.socket, EVENT_READ)
        pgconn.send_query(statement)
        while pgconn.is_busy():
            if not answers.select(max(0, end - time.monotonic())):
                raise TimeoutError(f"nothing within {PATIENCE:g} s")
            pgconn.consume_input()
    value = b""
    while result := pgconn.get_result():
        if result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        value = (result.get_value(0, 0) if result.ntuples else None) or b""
    return value.decode()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
