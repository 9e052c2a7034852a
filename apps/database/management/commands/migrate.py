"""Django's `migrate`, which on PostgreSQL never makes the requests of the running version wait for long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.management.commands import migrate
from django.db import Error, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

# Seconds. While ALTER TABLE waits for a lock, later requests wait behind it, and fail after the service's lock_timeout
# of 3 s. So it gives up earlier, and tries again until even the longest export (JOB_SECONDS) has ended.
PATIENCE, PAUSE = 1, 4
ATTEMPTS = 360


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _lock_timeout(connection):
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or attempt == ATTEMPTS:
                    raise
            self.stderr.write("A table is in use by a long transaction; trying again.")
            time.sleep(PAUSE)


@contextmanager
def _lock_timeout(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Limit how long statements of the block wait for a lock. It is a setting of the session, which is not pooled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{PATIENCE}s"])
        try:
            yield
        finally:
            with suppress(Error):  # The session is broken, and its settings are lost anyway.
                cursor.execute("RESET lock_timeout")
