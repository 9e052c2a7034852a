"""Check that the database's volume accepts writes, by writing to it: free space does not show quotas."""

import errno
import os
import tempfile
import time
from pathlib import Path

from django.db import OperationalError, connection, transaction

SECONDS = 3  # for which a process reuses the result of its last probe
BYTES = 1024 * 1024  # written per probe: more than a page, as a write that failed may have been
FULL, READ_ONLY = "the disk is full", "the database is read-only"
# A sort that exceeds work_mem makes PostgreSQL write a temporary file to the database's volume: 2 ms for a megabyte.
SORT = """
    SELECT count(*) FROM (
        SELECT repeat('x', 4000) || n AS line FROM generate_series(1, %s / 4000) AS n ORDER BY line
    ) AS sorted"""
DISK_FULL = "53100"  # SQLSTATE

_last = (float("-inf"), "")  # time and result of the last probe


def disk_problem() -> str:
    """Return why the volume refuses writes, or '' if it accepts them. The result is at most SECONDS old.

    Writes BYTES to a temporary file on the database's volume, which takes no lock. Raises the database's error if it
    failed for another reason than a full disk.
    """
    global _last
    if time.monotonic() >= _last[0] + SECONDS:
        _last = (time.monotonic(), _postgresql() if connection.vendor == "postgresql" else _sqlite())
    return _last[1]


def _postgresql() -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute(SORT, [BYTES])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != DISK_FULL:
            raise
        return FULL
    return ""


def _sqlite() -> str:
    file = Path(connection.settings_dict["NAME"])
    if not file.exists():  # in memory
        return ""
    if not os.access(file, os.W_OK):
        return READ_ONLY
    try:
        with tempfile.TemporaryFile(dir=file.parent) as probe:
            probe.write(bytes(BYTES))
            probe.flush()
    except OSError as error:
        return FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else READ_ONLY
    return ""
