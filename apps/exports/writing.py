"""Write an export's rows into a file, all of one snapshot, without holding them in memory.

An export can wait, and requests cannot, so it takes one process of PostgreSQL, and rests (see `pace`).
"""

from collections.abc import Callable
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError
from psycopg import ClientCursor

from apps.database import replica
from apps.database.replica_check import REPLICA
from apps.exports import formats, kinds
from apps.exports.lifecycle import Format
from apps.exports.models import Export
from apps.exports.pace import Pace
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_connection

BATCH = 100  # rows between two looks at the clock and at the claim


def write_rows(file: IO[bytes], *, tenant: Tenant, export: Export, check: Callable[[], None]) -> int:
    """Write the file and return the number of its rows. Calls `check` after each BATCH.

    Reads the list's rows, from the replica if that has the export's own row already; from the primary otherwise, and
    if the replica fails meanwhile.
    """

    def write() -> int:
        database: Any = current_connection()
        if database.alias == REPLICA and not Export.objects.filter(pk=export.pk).exists():
            raise OperationalError("The replica is not as far as the request of the export.")
        file.seek(0)
        file.truncate()  # what was read from a replica that failed
        return _write(database, file, export, check)

    return replica.read(tenant, write)


def _write(database: Any, file: IO[bytes], export: Export, check: Callable[[], None]) -> int:
    columns = {name: kinds.model_field(export.kind, column) for name, column in kinds.columns_of(export.kind).items()}
    rows = kinds.rows_of(export.kind, export.filters)
    if database.vendor == "postgresql":
        return _copy(database, file, export.format, rows, columns, check)
    file.write(formats.header(export.format, columns))
    count, pace = 0, Pace()
    for count, row in enumerate(rows.iterator(chunk_size=2_000), 1):
        file.write(formats.line(export.format, row, columns))
        if count % BATCH == 0:
            check()
            pace.rest()
    return count


def _copy(
    database: Any, file: IO[bytes], format: str, rows: Any, columns: formats.Columns, check: Callable[[], None]
) -> int:
    try:
        select, params = rows.query.get_compiler(connection=database).as_sql()
    except EmptyResultSet:  # Django knows that the filters leave no row.
        file.write(formats.header(format, columns))
        return 0
    with database.cursor() as cursor:
        # A worker may take longer than a request, but a statement that hangs must end.
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{settings.JOB_SECONDS}s"])
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
    count, lines, pace = 0, list[bytes](), Pace()
    with database.wrap_database_errors, ClientCursor(database.connection) as client:
        # COPY takes no parameters, so they are put into its text.
        statement = client.mogrify(formats.copy_statement(format, select, columns), params)
        with client.copy(statement) as copy:
            for count, data in enumerate(copy, 1):  # one line each
                lines.append(bytes(data))
                if count % BATCH == 0:
                    check()
                    _write_lines(file, format, lines)
                    pace.rest()
    _write_lines(file, format, lines)
    return count - bool(formats.header(format, columns))


def _write_lines(file: IO[bytes], format: str, lines: list[bytes]) -> None:
    written = b"".join(lines)
    # COPY ends lines as Unix does. Within a line there is no other line feed: text fields are one line each.
    file.write(written.replace(b"\n", b"\r\n") if format == Format.CSV else written)
    lines.clear()
