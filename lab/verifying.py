"""Proves faults by the product's own tests, each fault in processes of its own, on every database that is here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import proof
from lab.fault import DATABASES, Fault, LabError
from lab.switch import switched_on
from tests.plugin import ENVIRONMENT, Cluster, find_binaries

ROOT = Path(__file__).parents[1]
PROCESSES = 2


@dataclass(frozen=True)
class Proof:
    """One run of a fault's tests. `problems` is what is not proven by it, a line each."""

    fault: str
    database: str
    state: str  # on, off, decoy 1, decoy 2
    seconds: float
    problems: list[str]


@dataclass(frozen=True)
class _Run:
    state: str
    database: str
    faults: list[Fault]
    decoy: int = 0

    def tests(self) -> list[str]:
        return sorted({test for fault in self.faults for test in fault.tests})

    def judge(self, fault: Fault, results: proof.Results) -> list[str]:
        if self.state == "off":
            return list(proof.without(fault.tests, results))
        return list((proof.with_decoy if self.decoy else proof.with_fault)(fault, results))


def available_databases() -> list[str]:
    """The databases that this machine has."""
    return list(DATABASES) if find_binaries() else ["sqlite"]


def verify(
    faults: list[Fault],
    *,
    databases: list[str],
    seed: int,
    folder: Path,
    tell: Callable[[Proof], object] = lambda proof: None,
) -> list[Proof]:
    """Run every fault's tests on, off and with each decoy, in an order that `seed` shuffles; `tell` hears of each.

    Starts a PostgreSQL of its own if asked for that database. Returns the proofs by fault, database and state.
    """
    proofs = []
    faults, broken = _with_seams(faults)
    for fault, problem in broken:
        proofs.append(Proof(fault.slug, "none", "on", 0.0, [problem]))
        tell(proofs[-1])
    runs = list(_runs(faults, databases))
    with tempfile.TemporaryDirectory() as temporary, _servers(databases) as urls, ThreadPoolExecutor(PROCESSES) as pool:
        waiting = [
            pool.submit(_run, run, f"lab_{number}", urls[run.database], seed, folder, Path(temporary))
            for number, run in enumerate(runs)
        ]
        for done in as_completed(waiting):
            for found in done.result():
                proofs.append(found)
                tell(found)
    return sorted(proofs, key=lambda each: (each.fault, each.database, each.state))


def _with_seams(faults: list[Fault]) -> tuple[list[Fault], list[tuple[Fault, str]]]:
    """The faults that fit the product, and those that do not with the reason."""
    whole: list[Fault] = []
    broken: list[tuple[Fault, str]] = []
    for fault in faults:
        try:
            for decoy in (None, *fault.decoys):
                with switched_on(fault, decoy):
                    pass
        except LabError as error:
            broken.append((fault, str(error)))
        else:
            whole.append(fault)
    return whole, broken


def _runs(faults: list[Fault], databases: list[str]) -> Iterator[_Run]:
    for database in databases:
        here = [fault for fault in faults if database in fault.databases]
        if here:
            # With nothing switched on the faults' tests may share a process.
            yield _Run("off", database, here)
        for fault in here:
            yield _Run("on", database, [fault])
            for number, _ in enumerate(fault.decoys, start=1):
                yield _Run(f"decoy {number}", database, [fault], number)


def _run(run: _Run, name: str, url: str, seed: int, folder: Path, temporary: Path) -> list[Proof]:
    report = temporary / f"{name}.json"
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "lab.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist",
        "-o", "verbosity_assertions=2", f"--database={run.database}", f"--randomly-seed={seed}",
        f"--basetemp={temporary / name}", f"--fault-report={report}", f"--fault-folder={folder}",
    ]  # fmt: skip
    if run.state != "off":
        command += [f"--fault={run.faults[0].slug}", f"--decoy={run.decoy}"]
    environment = {**os.environ, **ENVIRONMENT}
    if url:
        # As a worker of xdist inherits it: the server that is running, with a database of its own.
        environment |= {"PYTEST_XDIST_WORKER": name, "DATABASE_URL": url.format(name)}
    started = time.perf_counter()
    done = subprocess.run([*command, *run.tests()], cwd=ROOT, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    results = json.loads(report.read_text()) if report.exists() else {}
    crashed = [] if results else [f"pytest ran no test: {(done.stderr + done.stdout).strip()[-500:]}"]
    return [
        Proof(fault.slug, run.database, run.state, seconds, crashed or run.judge(fault, results))
        for fault in run.faults
    ]


@contextmanager
def _servers(databases: list[str]) -> Iterator[dict[str, str]]:
    """Where the tests find each database, with a place for the database's name; SQLite's they find themselves."""
    if "postgresql" not in databases:
        yield {"sqlite": ""}
        return
    server = Cluster()
    try:
        yield {"sqlite": "", "postgresql": server.url_of("orders_app", "{}")}
    finally:
        server.stop()
