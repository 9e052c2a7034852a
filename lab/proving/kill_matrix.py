"""The kill matrix: the tests and kinds of check, of the whole suite, that detect each fault.

`detect` runs this module as a process, in which an N+1 detector observes each fault's request.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from harness.machine import ROOT
from lab.core.fault import Fault, LabError
from lab.core.loader import FOLDER
from lab.measuring import costs, evidence, throwaway
from lab.proving import forks, judging

# test_uninstalling.py would run the rest of the suite again; the others start separate processes without the fault.
LEFT_OUT = ("test_uninstalling.py", "test_readme.py", "browser", "chaos", "clients")
# The kind of check depends on the test's path, except for tests that the fault names, which are always NAMED.
NAMED, OTHER, GROWTH, DETECTOR = "its tests", "other tests", "growth", "N+1 detector"
PLACES = {
    "statement counts": "tests/api/test_query_counts.py",
    "query plans": "tests/database/test_plans.py",
    "isolation matrix": "tests/isolation/test_attacks.py",
    "schema and fuzz": "tests/api/test_schema",
    "oracle's histories": "tests/model",
}
KINDS = (NAMED, OTHER, *PLACES, GROWTH, DETECTOR)
Row = dict[str, Any]  # of the matrix: the database, and the tests that failed there, by kind of check


@dataclass(frozen=True)
class _WholeSuite:
    database: str
    fault: Fault | None
    report: Path

    def described(self) -> dict[str, Any]:
        return {
            "name": f"test_{self.report.stem}",
            "fault": self.fault and self.fault.slug,
            "decoy": 0,
            "tests": [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").iterdir()) if _is_tests(path)],
            "report": str(self.report),
        }

    def failed(self) -> list[str]:
        if not self.report.exists():
            raise LabError(f"no test ran: {Path(f'{self.report}.log').read_text()[-1000:]}")
        results = json.loads(self.report.read_text())["results"]
        return sorted(test for test, result in results.items() if result["outcome"] in ("failed", "error"))


def make(
    faults: list[Fault], *, seed: int = 1, on_fault: Callable[[str], object] = lambda line: None
) -> dict[str, Row]:
    """Run the whole suite against each fault, on the first of its databases, and return the matrix by slug.

    Calls `on_fault` with a line about each. All faults take over half an hour. Raises LabError if a test fails without
    a fault.
    """
    matrix: dict[str, Row] = {}
    detected = detect(faults)
    for database in sorted({fault.databases[0] for fault in faults}):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            sessions = [_WholeSuite(database, None, folder / "none.json")]
            sessions += [
                _WholeSuite(database, fault, folder / f"{fault.slug}.json")
                for fault in faults
                if fault.databases[0] == database
            ]
            for session in forks.finished(
                sessions, processes=forks.PROCESSES, seed=seed, folder=FOLDER, temporary=folder
            ):
                failed = session.failed()
                if session.fault is None and failed:
                    raise LabError(f"With no fault on, {len(failed)} tests fail: {', '.join(failed[:5])}")
                if session.fault:
                    slug = session.fault.slug
                    matrix[slug] = {"database": database, "seen": by_kind(session.fault, failed, detected[slug])}
                    on_fault(f"{slug}: {len(failed)} tests")
    return dict(sorted(matrix.items()))


def write(matrix: dict[str, Row]) -> None:
    """Write these rows to the committed matrix, and keep those of other faults."""
    rows = {**evidence.read_matrix(), **matrix}
    evidence.MATRIX.write_text(json.dumps(dict(sorted(rows.items())), indent=1) + "\n")


def _is_tests(path: Path) -> bool:
    if path.name in LEFT_OUT:
        return False
    return (path.name.startswith("test_") and path.suffix == ".py") or (path.is_dir() and path.name != "__pycache__")


def by_kind(fault: Fault, failed: list[str], detected: str) -> dict[str, list[str]]:
    """Return what detects the fault, by kind: failed tests, metrics that grow differently, the N+1 detector's line."""
    seen: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for test in failed:
        kind = next((kind for kind, place in PLACES.items() if test.startswith(place)), OTHER)
        seen[NAMED if any(judging.is_of(named, test) for named in fault.tests) else kind].append(test)
    (figures,) = (measured for measured in evidence.read() if measured["slug"] == fault.slug)
    for metric in ("statements", "rows_fetched"):
        if costs.growth(figures["on"], metric) != costs.growth(figures["off"], metric):
            seen[GROWTH].append(metric)
    if detected:
        seen[DETECTOR].append(detected)
    return seen


def detect(faults: list[Fault]) -> dict[str, str]:
    """Return django-zeal's report about each fault's request, by slug; empty without an N+1. Raises LabError."""
    plugins = "apps.devtools,django.contrib.contenttypes,zeal"
    results = throwaway.run("lab.proving.kill_matrix", faults, FOLDER, PLUGINS=plugins)
    return {slug: states["on"] for slug, states in results.items()}


def _detected(fault: Fault) -> str:
    from django.test import override_settings
    from zeal import zeal_context

    # zeal warns instead of raising, because the service would turn an exception into a 500.
    with override_settings(ZEAL_RAISE=False), catch_warnings(record=True) as caught, zeal_context():
        simplefilter("always")
        costs.measure_once(fault, 8)
    warnings = [str(warning.message).splitlines()[0] for warning in caught]
    return next((line.replace(f"{ROOT}/", "") for line in warnings if "N+1" in line), "")


if __name__ == "__main__":
    throwaway.work(_detected, *sys.argv[1:])
