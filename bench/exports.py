"""Measure exports beside bare COPY, their memory, and what a sweep costs with many tenants.

`python -m bench.exports [ORDERS]` starts a server of its own, fills it and prints a table. See exports.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from statistics import median

import psycopg

from bench.row_security import TENANT, filled_server
from harness.machine import find_binaries, missing_programs
from harness.postgresql import Cluster

ROUNDS = 5
GOAL = 2.0
TENANTS = 1_000
# Peak memory of a process that exports `kind` in `format`, in MB; it prints that before and after.
IN_A_PROCESS = """
import resource, sys, django
django.setup()
from bench.exports import written
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
written("orders", sys.argv[2], {"created_to": "2000-01-01"})
before = peak()
written(sys.argv[1], sys.argv[2], {})
print(before, peak())
"""


def main(orders: int) -> None:
    """Print the table for one tenant's `orders` orders."""
    if find_binaries() is None:
        sys.exit(missing_programs()[0])
    with filled_server(orders, tenants=1) as server:
        print(f"{'seconds, median (lowest-highest)':32}{'bare COPY':>22}{'export':>22}   ratio    MB         peak MB")
        for kind in ("orders", "items", "customers"):
            for file_format in ("csv", "ndjson"):
                print(compared(server, kind, file_format), flush=True)
        for tenants in (1, TENANTS):
            print(swept(tenants))


def compared(server: Cluster, kind: str, format: str) -> str:
    """Return the table's line for one kind and format; both sides run in turns."""
    bare: list[float] = []
    ours: list[float] = []
    size = 0
    for _ in range(ROUNDS):
        bare.append(copied(server, kind, format))
        started = time.perf_counter()
        size = written(kind, format, {})
        ours.append(time.perf_counter() - started)
    ratio = median(our / their for our, their in zip(ours, bare, strict=True))
    program = [sys.executable, "-c", IN_A_PROCESS, kind, format]
    before, after = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    peak = f"{float(before):.0f} -> {float(after):.0f}"
    figures = f"{ratio:>8.2f}{size / 1e6:>6.0f}{peak:>16}  {'met' if ratio <= GOAL else 'MISSED'}"
    return f"{kind + ', ' + format:32}{spread(bare):>22}{spread(ours):>22}{figures}"


def copied(server: Cluster, kind: str, format: str) -> float:
    """Return the seconds in which a bare COPY sends the same columns, or a JSON object of them, to the same role."""
    from apps.exports.kinds import rows_of
    from apps.tenancy.models import Tenant
    from apps.tenancy.scope import SETTING, tenant_scope

    with tenant_scope(Tenant.objects.get(pk=TENANT)):
        select, params = rows_of(kind, {}).query.sql_with_params()
    with psycopg.connect(server.url_of("orders_app", "bench"), cursor_factory=psycopg.ClientCursor) as session:
        session.execute("SELECT set_config(%s, %s, true), set_config('statement_timeout', '0', true)", [SETTING, "1"])
        if format == "ndjson":
            select = f"SELECT row_to_json(rows) FROM ({select}) AS rows"
        statement = session.cursor().mogrify(f"COPY ({select}) TO STDOUT", params)
        started = time.perf_counter()
        with session.cursor().copy(statement) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - started


def written(kind: str, format: str, filters: dict[str, str]) -> int:
    """Do what a worker does: write the file and store it. Return its size in bytes."""
    from apps.exports import files, writing
    from apps.exports.models import Export
    from apps.tenancy.models import Tenant

    tenant = Tenant.objects.get(pk=TENANT)
    export = Export(kind=kind, format=format, filters=filters)
    with tempfile.TemporaryFile() as file:
        writing.write_rows(file, tenant=tenant, export=export, check=lambda: None)
        size = file.tell()
        files.save(f"{TENANT}/1", uuid.uuid4(), file)
    files.remove(f"{TENANT}/1")
    return size


def swept(tenants: int) -> str:
    """Return the line about a sweep with that many tenants, of which each has a job that waits for its next attempt."""
    from datetime import timedelta

    from django.db.models.functions import Now

    from apps.background.models import Job
    from apps.background.sweeping import sweep
    from apps.tenancy.models import Tenant

    missing = range(Tenant.objects.count(), tenants)
    made = Tenant.objects.bulk_create(Tenant(pk=number + 1, slug=f"made-{number}", name="Made") for number in missing)
    Job.objects.bulk_create(
        Job(tenant=tenant, kind="export", row_id=1, due_at=Now() + timedelta(days=1)) for tenant in made
    )
    times = [seconds(sweep) * 1000 for _ in range(200)]
    return f"a sweep that finds nothing, {tenants:,} tenants: {spread(times)} ms"


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def spread(values: list[float]) -> str:
    return f"{median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
