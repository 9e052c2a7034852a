"""What a request costs and does, with a fault on and off, on a throw-away SQLite database in a process of its own.

`python -m lab.measuring on|off <folder> <slug>…` is that process; `measure` starts it. Counts are our own: Silk sees
neither INSERTs nor raw cursors, and its own statements would be among them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction
from django.test import Client

from lab.fault import Call, Effect, Fault, Growth, LabError
from tests.plugin import ENVIRONMENT

SIZES = (2, 8, 32)
ROOT = Path(__file__).parents[1]
Figures = dict[str, Any]


def measure(faults: list[Fault], folder: Path) -> dict[str, dict[str, list[Figures]]]:
    """By fault, on and off: the figures at each n, sorted by it. Raises LabError when a process fails."""
    plain = [fault.slug for fault in faults if not fault.changes_schema]
    groups = [("off", [fault.slug for fault in faults]), ("on", plain)]
    groups += [("on", [fault.slug]) for fault in faults if fault.changes_schema]
    found: dict[str, dict[str, list[Figures]]] = {fault.slug: {} for fault in faults}
    for state, slugs in groups:
        for slug, figures in (_in_a_process(state, folder, slugs) if slugs else {}).items():
            found[slug][state] = figures
    return found


def growth(figures: list[Figures], metric: str) -> Growth:
    """How the metric grows with n, by its slopes between 2, 8 and 32: a parabola's second is four times its first."""
    values = {each["n"]: each[metric] for each in figures}
    first, second = ((values[b] - values[a]) / (b - a) for a, b in pairwise(SIZES))
    if first == second == 0:
        return "constant"
    return "quadratic" if second >= 2 * first else "linear"


def problems(effect: Effect, on: list[Figures], off: list[Figures]) -> Iterator[str]:
    """What the fault says of its figures and is not so, a line each."""
    for state, figures, expected in (("on", on, effect.on), ("off", off, effect.off)):
        if growth(figures, effect.metric) != expected:
            yield f"{effect.metric} with the fault {state} is {growth(figures, effect.metric)}, not {expected}"
    if all(ours[effect.metric] == theirs[effect.metric] for ours, theirs in zip(on, off, strict=True)):
        yield f"{effect.metric} is the same with the fault on and off"


def _in_a_process(state: str, folder: Path, slugs: list[str]) -> dict[str, list[Figures]]:
    with tempfile.TemporaryDirectory() as temporary:
        url = f"sqlite:///{temporary}/lab.sqlite3"
        environment = {**os.environ, **ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}
        command = [sys.executable, "-m", "lab.measuring", state, str(folder), *slugs]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"measuring {', '.join(slugs)} failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout)


def _main(state: str, folder: str, *slugs: str) -> None:
    django.setup()
    from django.core.management import call_command

    from lab.catalogue import find_faults
    from lab.switch import switched_on

    faults = find_faults(list(slugs), Path(folder))
    found = {}
    with switched_on(faults[0]) if state == "on" and faults[0].changes_schema else nullcontext():
        call_command("migrate", verbosity=0)
    for fault in faults:
        with switched_on(fault) if state == "on" else nullcontext():
            measure_once(fault, SIZES[0])  # what is loaded once takes no part
            found[fault.slug] = [measure_once(fault, n) for n in (*SIZES, fault.large)]
    sys.stdout.write(json.dumps(found))


def measure_once(fault: Fault, n: int) -> Figures:
    """One measurement; the database is afterwards as it was."""
    from apps.tenancy import keys
    from apps.tenancy.models import Tenant
    from apps.tenancy.scope import tenant_scope
    from config.statements import count_statements
    from lab import rows
    from lab.counting import counted_rows, shape

    with transaction.atomic():
        acme, globex = (Tenant.objects.create(slug=slug, timezone="Europe/Berlin") for slug in ("acme", "globex"))
        with tenant_scope(globex):
            (order,) = rows.orders(rows.customers(1))
            assert order.pk == rows.FOREIGN_ORDER
        with tenant_scope(acme):
            call = fault.arrange(n)
        client = Client(
            headers={"Authorization": f"Bearer {keys.issue_key(tenant=acme)}"}, raise_request_exception=False
        )
        before = _ids()
        started = time.perf_counter()
        with count_statements() as statements, counted_rows() as fetched:
            answers = list(_answers(client, call))
        seconds = time.perf_counter() - started
        after = _ids()
        transaction.set_rollback(True)
    bodies = [json.loads(answer.content or b"{}") for answer in answers]
    shown = [row for body in bodies for row in _shown(body)]
    return {
        "n": n,
        "request": f"{call.method} {call.path}",
        "status": answers[-1].status_code,
        "statements": len(statements),
        "shapes": dict(sorted(Counter(map(shape, statements.sql)).items())),
        "rows_fetched": sum(fetched),
        "rows_added": sum((after - before).values()),
        "rows_deleted": sum((before - after).values()),
        "rows_answered": len(shown),
        "cents_answered": sum(row.get("total_cents", 0) for row in shown),
        "bytes": sum(len(answer.content) for answer in answers),
        "ms": round(seconds * 1000, 1),
    }


def _answers(client: Client, call: Call) -> Iterator[Any]:
    path: str | None = call.path
    while path:
        answer = client.generic(call.method, path, json.dumps(call.body or {}), "application/json", secure=True)
        yield answer
        path = json.loads(answer.content).get("next") if call.walk else None


def _shown(body: Any) -> list[dict[str, Any]]:
    """The rows of an answer: of a list, of a report, or the one it is about; a problem has none."""
    if "type" in body:
        return []
    return body.get("results", body.get("rows", [body] if "id" in body else []))


def _ids() -> Counter[tuple[str, int]]:
    """Every row that tenants own, of all tenants."""
    from apps.tenancy.isolation import tenant_owned_models

    found: Counter[tuple[str, int]] = Counter()
    with connection.cursor() as cursor:
        for model in tenant_owned_models():
            cursor.execute(f"SELECT id FROM {model._meta.db_table}")
            found.update((model._meta.db_table, pk) for (pk,) in cursor.fetchall())
    return found


if __name__ == "__main__":
    _main(*sys.argv[1:])
