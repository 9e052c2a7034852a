"""What can become of a request's transaction: undone by the database and run again, or broken and not seen to be."""

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


def was_undone(error: BaseException) -> bool:
    """Whether PostgreSQL ended the transaction for no fault of its own, and says that it may be tried again."""
    code = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, OperationalError) and code in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED)


def until_done(answer: Callable[[], HttpResponse]) -> HttpResponse:
    """What `answer` returns, a transaction that is run again at most RETRIES times. Raises what the last one raised."""
    for retry in range(RETRIES):
        try:
            return answer()
        except OperationalError as error:
            if not was_undone(error):
                raise
            log.info("Undone by the database, trying again: %s", type(error.__cause__).__name__)
        # At random, or those that were in each other's way would meet again.
        time.sleep(SystemRandom().uniform(0, 0.01 * 4**retry))
    return answer()


def refuse_broken() -> None:
    """Raise TransactionManagementError if COMMIT would be a rollback; nobody else would say so."""
    broken = transaction.get_rollback()
    if connection.vendor == "postgresql":
        broken = broken or connection.connection.info.transaction_status == TransactionStatus.INERROR
    if broken:
        raise TransactionManagementError("The view answered as if nothing had failed, but a statement has.")
