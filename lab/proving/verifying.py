"""Proves faults by the product's own tests, each fault in processes of its own, on every database that is here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from harness.machine import ROOT, find_binaries
from harness.postgresql import Cluster
from lab.core.fault import DATABASES, Fault, LabError
from lab.core.switch import switched_on
from lab.proving import messages, proof
from lab.proving.messages import Messages

PROCESSES = 2
PROOFS = 4  # of a fault on a database: off, on, and on with each of its decoys
AnyRun = TypeVar("AnyRun", bound="Run")


@dataclass(frozen=True)
class Proof:
    """One run of a fault's tests. `problems` is what is not proven by it, a line each."""

    fault: str
    database: str
    state: str  # on, off, decoy 1, decoy 2
    seconds: float
    problems: list[str]
    messages: Messages = field(default_factory=dict)  # fault on, the first of its databases: what tests say


class Run(Protocol):
    """A session of pytest to be forked."""

    @property
    def database(self) -> str: ...

    def described(self) -> dict[str, Any]:
        """What the plugin has to know of it: name (of its database), fault, decoy, tests, report."""


@dataclass(frozen=True)
class _Run:
    state: str
    database: str
    faults: list[Fault]
    report: Path
    decoy: int = 0

    def described(self) -> dict[str, Any]:
        return {
            "name": f"test_{self.report.stem}",
            "fault": None if self.state == "off" else self.faults[0].slug,
            "decoy": self.decoy,
            "tests": sorted({test for fault in self.faults for test in fault.tests}),
            "report": str(self.report),
        }

    def proofs(self) -> list[Proof]:
        """What the run proved of each of its faults."""
        report: dict[str, Any] = (
            json.loads(self.report.read_text()) if self.report.exists() else {"seconds": 0.0, "results": {}}
        )
        crashed = [] if report["results"] else [f"no test ran: {_end_of(Path(f'{self.report}.log'))}"]
        return [
            Proof(fault.slug, self.database, self.state, seconds, crashed or problems, said)
            for seconds in [round(report["seconds"], 2)]
            for fault in self.faults
            for problems in [self._problems(fault, report["results"])]
            for said in [self._messages(fault, report["results"])]
        ]

    def _problems(self, fault: Fault, results: proof.Results) -> list[str]:
        if self.state == "off":
            return list(proof.without(fault.tests, results))
        return list((proof.with_decoy if self.decoy else proof.with_fault)(fault, results))

    def _messages(self, fault: Fault, results: proof.Results) -> Messages:
        if self.state != "on" or self.database != fault.databases[0]:
            return {}
        return {name: result["message"] for name, result in sorted(results.items())}


def _end_of(log: Path) -> str:
    return log.read_text().strip()[-500:] if log.exists() else "the process did not start"


def available_databases() -> list[str]:
    """The databases that this machine has."""
    return list(DATABASES) if find_binaries() else ["sqlite"]


def verify(
    faults: list[Fault],
    *,
    databases: list[str],
    seed: int,
    folder: Path,
    write: bool = False,
    tell: Callable[[Proof], object] = lambda proof: None,
) -> list[Proof]:
    """Run every fault's tests on, off and with each decoy, in an order that `seed` shuffles; `tell` hears of each.

    What the failing tests say has to be what lab/evidence/messages has; with `write` it is written there. Starts a
    PostgreSQL of its own if asked for that database. Returns the proofs by fault, database and state.
    """
    proofs = []
    faults, broken = _with_seams(faults)
    for fault, problem in broken:
        proofs.append(Proof(fault.slug, "none", "on", 0.0, [problem]))
        tell(proofs[-1])
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor() as pool:
        runs = [list(_runs(faults, database, Path(temporary))) for database in databases]
        several = len([each for each in runs if each])

        def run_all(runs: list[_Run]) -> None:
            for run in ended(runs, max(1, PROCESSES // several), seed, folder, Path(temporary)) if runs else ():
                for proof in run.proofs():
                    keep_messages(proof, write=write)
                    proofs.append(proof)
                    tell(proof)

        list(pool.map(run_all, runs))
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


def keep_messages(proof: Proof, *, write: bool) -> None:
    """Write what the tests of a proof said, or add to its problems where that is not what was written."""
    if write and proof.messages and not proof.problems:
        messages.write(proof.fault, proof.messages)
    elif proof.messages:
        proof.problems.extend(messages.stale(proof.fault, proof.messages))


def _runs(faults: list[Fault], database: str, folder: Path) -> Iterator[_Run]:
    here = [fault for fault in faults if database in fault.databases]
    if here:
        # With nothing switched on the faults' tests may share a process.
        yield _Run("off", database, here, folder / f"{database}.json")
    for fault in here:
        for decoy, state in enumerate(("on", "decoy 1", "decoy 2")):
            yield _Run(state, database, [fault], folder / f"{database}_{fault.slug}_{decoy}.json", decoy)


def ended(runs: Sequence[AnyRun], processes: int, seed: int, folder: Path, temporary: Path) -> Iterator[AnyRun]:
    """Run them all on one database, `processes` at once, and yield each when it has ended. Raises LabError."""
    database = runs[0].database
    listed = temporary / f"{database}_runs.json"
    listed.write_text(json.dumps([run.described() for run in runs]))
    command = [
        sys.executable, "-m", "pytest", "-q", "-s", "-p", "lab.proving.pytest_plugin", "-p", "no:cacheprovider",
        "-p", "no:hypothesispytest",  # a second at the end of each run, for statistics
        "-o", "verbosity_assertions=2", f"--database={database}", f"--randomly-seed={seed}",
        f"--fault-folder={folder}", f"--fault-runs={listed}", f"--fault-processes={processes}",
    ]  # fmt: skip
    with _server(database) as url:
        command.append(f"--database-url={url}")
        environment = {**os.environ, "PYTEST_DEBUG_TEMPROOT": str(temporary)}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout
            said = []
            for line in process.stdout:
                if line.strip().isdigit():
                    yield runs[int(line)]
                else:
                    said.append(line)
        if process.returncode:
            raise LabError(f"pytest could not start: {''.join(said)[-1000:]}")


@contextmanager
def _server(database: str) -> Iterator[str]:
    """DATABASE_URL of the server that all runs on this database share, each with a database of its own."""
    if database == "sqlite":
        yield "sqlite:///tests.sqlite3"  # never opened
        return
    server = Cluster()
    try:
        yield server.url_of("orders_app")
    finally:
        server.stop()
