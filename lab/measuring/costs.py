"""Measure what a request costs and changes, with a fault on and off. `measure` runs this module as a process.

Silk's counts would be wrong: it misses INSERTs and raw cursors, and adds statements of its own.
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
    """Return the figures at each n, by slug and state (on, off). Raises LabError when a process fails."""
    return throwaway.run("lab.measuring.costs", faults, folder)


def growth(figures: list[Figures], metric: str) -> Growth:
    """Classify a metric's growth by its slopes between n = 2, 8 and 32: a parabola's second is four times its first."""
    values = {measured["n"]: measured[metric] for measured in figures}
    first, second = ((values[b] - values[a]) / (b - a) for a, b in pairwise(SIZES))
    if first == second == 0:
        return "constant"
    return "quadratic" if second >= 2 * first else "linear"


def problems(effect: Effect, on: list[Figures], off: list[Figures]) -> Iterator[str]:
    """Yield a line for each difference between the figures and the fault's declared effect."""
    for state, figures, expected in (("on", on, effect.on), ("off", off, effect.off)):
        if growth(figures, effect.metric) != expected:
            yield f"{effect.metric} with the fault {state} is {growth(figures, effect.metric)}, not {expected}"
    if all(with_fault[effect.metric] == without[effect.metric] for with_fault, without in zip(on, off, strict=True)):
        yield f"{effect.metric} is the same with the fault on and off"


def _measure_all(fault: Fault) -> list[Figures]:
    measure_once(fault, SIZES[0])  # Warm up: imports and caches would count only in the first measurement.
    return [measure_once(fault, n) for n in (*SIZES, fault.large)]


def measure_once(fault: Fault, n: int) -> Figures:
    """Measure the fault's request once at n, and roll back what it wrote."""
    from apps.database.statements import count_statements
    from lab.measuring.counting import counted_rows, shape

    with throwaway.arranged(fault, n) as (client, call):
        before = _ids()
        started = time.perf_counter()
        with count_statements() as statements, counted_rows() as fetched:
            responses = list(throwaway.responses(client, call))
        seconds = time.perf_counter() - started
        after = _ids()
    bodies = [json.loads(response.content or b"{}") for response in responses]
    shown = [row for body in bodies for row in _shown(body)]
    return {
        "n": n,
        "request": f"{call.method} {call.path}",
        "status": responses[-1].status_code,
        "statements": len(statements),
        "shapes": dict(sorted(Counter(map(shape, statements.sql)).items())),
        "rows_fetched": sum(fetched),
        "rows_added": sum((after - before).values()),
        "rows_deleted": sum((before - after).values()),
        "rows_answered": len(shown),
        "cents_answered": sum(row.get("total_cents", 0) for row in shown),
        "bytes": sum(len(response.content) for response in responses),
        "ms": round(seconds * 1000, 1),
    }


def _shown(body: Any) -> list[dict[str, Any]]:
    """Return the rows in a response body: those of a list or report, or the single object; none for a problem."""
    if "type" in body:
        return []
    return body.get("results", body.get("rows", [body] if "id" in body else []))


def _ids() -> Counter[tuple[str, int]]:
    """Count every tenant-owned row by table and id, for all tenants."""
    from apps.tenancy.isolation import tenant_owned_models

    ids: Counter[tuple[str, int]] = Counter()
    with connection.cursor() as cursor:
        for model in tenant_owned_models():
            cursor.execute(f"SELECT id FROM {model._meta.db_table}")
            ids.update((model._meta.db_table, pk) for (pk,) in cursor.fetchall())
    return ids


if __name__ == "__main__":
    throwaway.work(_measure_all, *sys.argv[1:])
