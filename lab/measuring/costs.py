"""What a request costs and does, with a fault on and off. Run as a module it is the process that `measure` starts.

Counts are our own: Silk sees neither INSERTs nor raw cursors, and its own statements would be among them.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import connection

from lab.core.fault import Effect, Fault, Growth
from lab.measuring import throwaway

SIZES = (2, 8, 32)
Figures = dict[str, Any]


def measure(faults: list[Fault], folder: Path) -> dict[str, dict[str, list[Figures]]]:
    """By fault, on and off: the figures at each n, sorted by it. Raises LabError when a process fails."""
    return throwaway.run("lab.measuring.costs", faults, folder)


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


def _measure_all(fault: Fault) -> list[Figures]:
    measure_once(fault, SIZES[0])  # what is loaded once takes no part
    return [measure_once(fault, n) for n in (*SIZES, fault.large)]


def measure_once(fault: Fault, n: int) -> Figures:
    """One measurement; the database is afterwards as it was."""
    from apps.database.statements import count_statements
    from lab.measuring.counting import counted_rows, shape

    with throwaway.arranged(fault, n) as (client, call):
        before = _ids()
        started = time.perf_counter()
        with count_statements() as statements, counted_rows() as fetched:
            answers = list(throwaway.answers(client, call))
        seconds = time.perf_counter() - started
        after = _ids()
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
    throwaway.work(_measure_all, *sys.argv[1:])
