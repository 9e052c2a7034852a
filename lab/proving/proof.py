"""Check that each fault makes the product's own tests fail as declared, on every installed database."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.machine import find_binaries
from lab.core.fault import DATABASES, Fault, LabError
from lab.core.switch import switched_on
from lab.proving import forks, judging, messages
from lab.proving.messages import Messages

PROOFS = 4  # per fault and database: off, on, and on with each of its decoys


@dataclass(frozen=True)
class Proof:
    """The result of one session for one fault. It is a proof if `problems` is empty; each problem is one line."""

    fault: str
    database: str
    state: str  # on, off, decoy 1, decoy 2
    seconds: float
    problems: list[str]
    messages: Messages = field(default_factory=dict)  # of the failing tests; only in state on, on the first database


@dataclass(frozen=True)
class _Session:
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

    def proofs(self) -> Iterator[Proof]:
        """Yield one proof per fault of the finished session."""
        report: dict[str, Any] = {"seconds": 0.0, "results": {}}
        if self.report.exists():
            report = json.loads(self.report.read_text())
        seconds, results = round(report["seconds"], 2), report["results"]
        for fault in self.faults:
            problems = self._problems(fault, results) if results else [f"no test ran: {_end_of_log(self.report)}"]
            yield Proof(fault.slug, self.database, self.state, seconds, problems, self._messages(fault, results))

    def _problems(self, fault: Fault, results: judging.Results) -> list[str]:
        if self.state == "off":
            return list(judging.without(fault.tests, results))
        return list((judging.with_decoy if self.decoy else judging.with_fault)(fault, results))

    def _messages(self, fault: Fault, results: judging.Results) -> Messages:
        if self.state != "on" or self.database != fault.databases[0]:
            return {}
        return {test: result["message"] for test, result in sorted(results.items())}


def _end_of_log(report: Path) -> str:
    log = Path(f"{report}.log")
    return log.read_text().strip()[-500:] if log.exists() else "the process did not start"


def available_databases() -> list[str]:
    """Return the databases that are installed on this machine."""
    return list(DATABASES) if find_binaries() else ["sqlite"]


def verify(
    faults: list[Fault],
    *,
    databases: list[str],
    seed: int,
    folder: Path,
    write: bool = False,
    on_proof: Callable[[Proof], object] = lambda proof: None,
) -> list[Proof]:
    """Run the tests of every fault with the fault off, on, and on with each decoy, in an order shuffled by `seed`.

    Calls `on_proof` with each proof when it is complete, and returns all, sorted by fault, database and state. The
    messages of failing tests must equal those in lab/evidence/messages; with `write` they are written there instead.
    Starts a server if PostgreSQL is among the databases.
    """
    proofs = []
    faults, broken = _check_seams(faults)
    for fault, problem in broken:
        proofs.append(Proof(fault.slug, "none", "on", 0.0, [problem]))
        on_proof(proofs[-1])
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor() as pool:
        per_database = [list(_sessions(faults, database, Path(temporary))) for database in databases]
        per_database = [sessions for sessions in per_database if sessions]
        processes = max(1, forks.PROCESSES // max(1, len(per_database)))

        def run(sessions: list[_Session]) -> None:
            for session in forks.finished(
                sessions, processes=processes, seed=seed, folder=folder, temporary=Path(temporary)
            ):
                for proof in session.proofs():
                    keep_messages(proof, write=write)
                    proofs.append(proof)
                    on_proof(proof)

        list(pool.map(run, per_database))
    return sorted(proofs, key=lambda proof: (proof.fault, proof.database, proof.state))


def keep_messages(proof: Proof, *, write: bool) -> None:
    """Write the messages of a proof, or add a problem for each that differs from the committed one."""
    if write and proof.messages and not proof.problems:
        messages.write(proof.fault, proof.messages)
    elif proof.messages:
        proof.problems.extend(messages.stale(proof.fault, proof.messages))


def _check_seams(faults: list[Fault]) -> tuple[list[Fault], list[tuple[Fault, str]]]:
    """Return the faults that can be switched on, and the others with the reason."""
    fitting: list[Fault] = []
    broken: list[tuple[Fault, str]] = []
    for fault in faults:
        try:
            for decoy in (None, *fault.decoys):
                with switched_on(fault, decoy):
                    pass
        except LabError as error:
            broken.append((fault, str(error)))
        else:
            fitting.append(fault)
    return fitting, broken


def _sessions(faults: list[Fault], database: str, folder: Path) -> Iterator[_Session]:
    shown_here = [fault for fault in faults if database in fault.databases]
    if shown_here:
        # Without a fault switched on, the tests of all faults can share a session.
        yield _Session("off", database, shown_here, folder / f"{database}.json")
    for fault in shown_here:
        for decoy, state in enumerate(("on", "decoy 1", "decoy 2")):
            yield _Session(state, database, [fault], folder / f"{database}_{fault.slug}_{decoy}.json", decoy)
