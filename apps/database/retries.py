"""Retry transactions that PostgreSQL aborted, and refuse to commit those that failed without raising."""

import logging
import time
from collections.abc import Callable
from random import SystemRandom

from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpResponse
from psycopg.pq import TransactionStatus

log = logging.getLogger(__name__)

RETRIES = 3
SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"


def was_aborted(error: BaseException) -> bool:
    """Whether PostgreSQL aborted the transaction because of a concurrent one, so that it can be retried."""
    code = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, OperationalError) and code in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED)


def retry_aborted(respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the result of `respond`, which is repeated at most RETRIES times. Raises the last error."""
    for retry in range(RETRIES):
        try:
            return respond()
        except OperationalError as error:
            if not was_aborted(error):
                raise
            log.info("The database aborted the transaction; retrying: %s", type(error.__cause__).__name__)
        # A random delay, so that the same transactions do not collide again.
        time.sleep(SystemRandom().uniform(0, 0.01 * 4**retry))
    return respond()


def refuse_broken() -> None:
    """Raise TransactionManagementError if COMMIT would silently roll back."""
    broken = transaction.get_rollback()
    if connection.vendor == "postgresql":
        broken = broken or connection.connection.info.transaction_status == TransactionStatus.INERROR
    if broken:
        raise TransactionManagementError("The view answered as if nothing had failed, but a statement has.")
