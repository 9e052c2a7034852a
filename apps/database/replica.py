"""Read reports from a streaming replica, if settings.DATABASE_REPLICA_URL names one and it is not too far behind.

A snapshot of the replica is at most settings.REPLICA_MAX_LAG_SECONDS older than one of the primary would be. If the
replica does not respond, is further behind or fails during a read, the primary is read instead.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections

from apps.database.replica_check import REPLICA, ReplicaCheck
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_connection, snapshot_scope

log = logging.getLogger(__name__)

T = TypeVar("T")
QUERY_CANCELED = "57014"

_lock = threading.Lock()
_running: ReplicaCheck | None = None


class Router:
    """Let queries read the database of the scope. Everything is written to the primary, which migrations alter."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return current_connection().alias

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *objects: Any, **hints: Any) -> bool:
        return True  # Both aliases are the same database.

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


def alias() -> str:
    """Return the alias of the database that a report should read now. Waits for nothing.

    The first call in a process starts the check of the replica, and until its result is there reads the primary.
    """
    return REPLICA if REPLICA in connections.settings and _check().is_passed() else DEFAULT_DB_ALIAS


def read(tenant: Tenant, respond: Callable[[], T]) -> T:
    """Return what `respond` returns, called in a snapshot of the replica, or of the primary if that does not work.

    If the replica fails meanwhile, `respond` is called a second time.
    """
    if alias() == REPLICA:
        try:
            with snapshot_scope(tenant, using=REPLICA):
                if alias() == REPLICA:  # Connecting may have taken a while.
                    return respond()
        except Error as error:
            if not _is_failure(error):
                raise
            log.info("The replica failed; reading the primary: %s", type(error.__cause__ or error).__name__)
            connections[REPLICA].close()
    with snapshot_scope(tenant):
        return respond()


def is_repeated(error: Exception) -> bool:
    """Whether the running `read` calls `respond` again if it raises this exception."""
    return current_connection().alias == REPLICA and isinstance(error, Error) and _is_failure(error)


def _is_failure(error: Error) -> bool:
    # What takes too long on the replica would take as long on the primary.
    return getattr(error.__cause__, "sqlstate", None) != QUERY_CANCELED


def _check() -> ReplicaCheck:
    """Return this process's check, started at first use. In a fork of the process its thread is not alive."""
    global _running
    if _running is None or not _running.is_alive():
        with _lock:
            if _running is None or not _running.is_alive():
                _running = ReplicaCheck()
                _running.start()
    return _running
