"""The kill matrix: the whole suite against every fault, and which test and which kind of check sees it.

Run as a module it is the process in which `detect` has an N+1 detector look at requests.
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

from lab.core.fault import Fault, LabError
from lab.core.loader import FOLDER
from lab.measuring import costs, evidence, throwaway
from lab.proving import proof, verifying

ROOT = Path(__file__).parents[2]
# The first runs the rest of the suite again, the others start a service of their own, which has no fault.
LEFT_OUT = ("test_uninstalling.py", "test_readme.py", "browser", "chaos")
# Kinds of check, by where their tests are; a test that a fault names is of the first kind wherever it is.
NAMED, OTHER, GROWTH, DETECTOR = "its tests", "other tests", "growth", "N+1 detector"
PLACES = {
    "statement counts": "tests/api/test_query_counts.py",
    "query plans": "tests/database/test_plans.py",
    "isolation matrix": "tests/isolation/test_attacks.py",
    "schema and fuzz": "tests/api/test_schema",
    "oracle's histories": "tests/model",
}
KINDS = (NAMED, OTHER, *PLACES, GROWTH, DETECTOR)
Seen = dict[str, Any]


@dataclass(frozen=True)
class _Whole:
    """The whole suite with a fault on, or with none."""

    database: str
    fault: Fault | None
    report: Path

    def described(self) -> dict[str, Any]:
        return {
            "name": f"test_{self.report.stem}",
            "fault": self.fault and self.fault.slug,
            "decoy": 0,
            "tests": [str(each.relative_to(ROOT)) for each in sorted((ROOT / "tests").iterdir()) if _is_tests(each)],
            "report": str(self.report),
        }

    def failed(self) -> list[str]:
        if not self.report.exists():
            raise LabError(f"no test ran: {Path(f'{self.report}.log').read_text()[-1000:]}")
        results = json.loads(self.report.read_text())["results"]
        return sorted(test for test, result in results.items() if result["outcome"] in ("failed", "error"))


def look(faults: list[Fault], *, seed: int = 1, tell: Callable[[str], object] = lambda line: None) -> dict[str, Seen]:
    """By fault: the database, and by kind of check what saw it there. Takes over half an hour for all of them.

    Raises LabError when a test fails with no fault on.
    """
    found: dict[str, Seen] = {}
    detected = detect(faults)
    for database in sorted({fault.databases[0] for fault in faults}):
        here = [fault for fault in faults if fault.databases[0] == database]
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            runs = [
                _Whole(database, fault, folder / f"{fault.slug if fault else 'none'}.json") for fault in (None, *here)
            ]
            for run in verifying.ended(runs, verifying.PROCESSES, seed, FOLDER, folder):
                failed = run.failed()
                if run.fault is None and failed:
                    raise LabError(f"With no fault on, {len(failed)} tests fail: {', '.join(failed[:5])}")
                if run.fault:
                    found[run.fault.slug] = {
                        "database": database,
                        "seen": by_kind(run.fault, failed, detected[run.fault.slug]),
                    }
                    tell(f"{run.fault.slug}: {len(failed)} tests")
    return dict(sorted(found.items()))


def write(found: dict[str, Seen]) -> None:
    """Keep what was seen, beside what is there of other faults."""
    evidence.MATRIX.write_text(json.dumps(dict(sorted({**evidence.read_matrix(), **found}.items())), indent=1) + "\n")


def _is_tests(path: Path) -> bool:
    if path.name in LEFT_OUT:
        return False
    return (path.name.startswith("test_") and path.suffix == ".py") or (path.is_dir() and path.name != "__pycache__")


def by_kind(fault: Fault, failed: list[str], detected: str) -> dict[str, list[str]]:
    """By kind of check what saw the fault: failed tests, metrics that grow otherwise, what the detector said."""
    seen: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for test in failed:
        place = next((kind for kind, place in PLACES.items() if test.startswith(place)), OTHER)
        seen[NAMED if any(proof.is_of(named, test) for named in fault.tests) else place].append(test)
    (figures,) = (each for each in evidence.read() if each["slug"] == fault.slug)
    for metric in ("statements", "rows_fetched"):
        if costs.growth(figures["on"], metric) != costs.growth(figures["off"], metric):
            seen[GROWTH].append(metric)
    if detected:
        seen[DETECTOR].append(detected)
    return seen


def detect(faults: list[Fault]) -> dict[str, str]:
    """What django-zeal says of each fault's request; empty where it is silent. Raises LabError."""
    plugins = "apps.devtools,django.contrib.contenttypes,zeal"
    found = throwaway.run("lab.proving.kill_matrix", faults, FOLDER, PLUGINS=plugins)
    return {slug: states["on"] for slug, states in found.items()}


def _detected(fault: Fault) -> str:
    from django.test import override_settings
    from zeal import zeal_context

    # Raised, the service would make a 500 of it.
    with override_settings(ZEAL_RAISE=False), catch_warnings(record=True) as caught, zeal_context():
        simplefilter("always")
        costs.measure_once(fault, 8)
    said = [str(each.message).splitlines()[0] for each in caught]
    return next((line.replace(f"{ROOT}/", "") for line in said if "N+1" in line), "")


if __name__ == "__main__":
    throwaway.work(_detected, *sys.argv[1:])
