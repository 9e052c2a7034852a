from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.commands import CommandWithExamples
from apps.devtools.progress import progress
from lab.core import source
from lab.core.fault import DATABASES, Fault, LabError
from lab.core.loader import FOLDER, UnknownFault, find_faults
from lab.measuring import costs, evidence, recording
from lab.proving import kill_matrix
from lab.proving.proof import PROOFS, Proof, available_databases, verify

WRONG_USAGE = 2


class Command(CommandWithExamples):
    help = """Switch on, prove and measure the faults of the lab, without touching your data.

    manage.py lab list
    manage.py lab show n1-summary                     its ticket and hints
    manage.py lab show n1-summary --answer            also the root cause, and the code as a diff
    manage.py lab verify                              prove every fault, on every installed database
    manage.py lab verify n1-summary --seed 7 --json
    manage.py lab measure                             write lab/evidence and the tables in the documents
    manage.py lab measure n1-summary --json           print the figures, write nothing
    manage.py lab matrix                              run the whole suite against each fault; half an hour
    manage.py lab record n1-summary                   record its request in Silk, with and without the fault

Exit status: 0 if everything is proven, 1 if not, 2 for wrong usage.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|verify|measure|matrix|record")
        for verb, text in (
            ("list", "list the faults"),
            ("show", "show the ticket and hints of a fault"),
            ("verify", "prove that a fault's tests fail with its symptom, pass without it, and catch its wrong fixes"),
            ("measure", "measure statements, rows, bytes and time of a fault's request, on and off, as n grows"),
            ("matrix", "find every test and kind of check that detects a fault; write lab/evidence and the table"),
            ("record", "record a fault's request in Silk, on and off, on a throw-away database"),
        ):
            sub = verbs.add_parser(verb, help=text, description=text)
            sub.add_argument("--json", action="store_true", help="print JSON")
            sub.add_argument("--folder", type=Path, default=FOLDER, help="folder of the faults; default lab/faults")
            if verb == "show":
                sub.add_argument("faults", nargs=1, metavar="fault")
                sub.add_argument("--answer", action="store_true", help="show the root cause and the code too")
            elif verb == "record":
                sub.add_argument("faults", nargs="+", metavar="fault")
            elif verb != "list":
                sub.add_argument("faults", nargs="*", metavar="fault", help="default: all")
            if verb == "verify":
                sub.add_argument("--write", action="store_true", help="write the messages of the failing tests")
            if verb in ("verify", "matrix"):
                sub.add_argument("--seed", type=int, default=1, help="seed of the tests' random order; default 1")
            if verb == "verify":
                sub.add_argument("--database", choices=DATABASES, help="default: every installed database")

    def handle(self, *, verb: str, folder: Path, **options: Any) -> None:
        try:
            faults = find_faults(options.pop("faults", []), folder.absolute())
            getattr(self, f"_{verb}")(faults, folder=folder.absolute(), as_json=options["json"], **options)
        except UnknownFault as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from error
        except LabError as error:
            raise CommandError(str(error)) from error

    def _list(self, faults: list[Fault], *, as_json: bool, **options: Any) -> None:
        if as_json:
            self._print([_described(fault) for fault in faults])
            return
        for fault in faults:
            self.stdout.write(f"{fault.slug:28} {fault.kind:12} {fault.difficulty:7} {fault.title}")

    def _show(self, faults: list[Fault], *, as_json: bool, answer: bool, **options: Any) -> None:
        (fault,) = faults
        if as_json:
            self._print(_described(fault) | {"root_cause": fault.root_cause, "diff": source.diff(fault)})
            return
        hints = [f"  {number}. {hint}" for number, hint in enumerate(fault.hints, start=1)]
        lines = [f"{fault.slug}: {fault.title}", "", fault.ticket, "", "Hints:", *hints, "", "Tests that detect it:"]
        lines += [f"  {test}" for test in fault.tests]
        if answer:
            lines += ["", fault.root_cause, "", source.diff(fault), "", "Wrong fixes, each detected by a test:"]
            lines += [f"  {decoy.title}: {decoy.why}" for decoy in fault.decoys]
        self.stdout.write("\n".join(lines))

    def _verify(
        self,
        faults: list[Fault],
        *,
        as_json: bool,
        folder: Path,
        seed: int,
        database: str | None,
        write: bool,
        **options: Any,
    ) -> None:
        databases = [database] if database else available_databases()
        runs = sum(len(set(databases) & set(fault.databases)) for fault in faults)

        def on_proof(proof: Proof) -> None:
            bar.update()
            if not as_json:
                verdict = "; ".join(proof.problems) or "proven"
                with bar.external_write_mode():
                    self.stdout.write(f"{proof.fault:28} {proof.database:11} {proof.state:8} {verdict}")

        with progress(runs * PROOFS, "proofs") as bar:
            proofs = verify(faults, databases=databases, seed=seed, folder=folder, write=write, on_proof=on_proof)
        if as_json:
            self._print([asdict(proof) for proof in proofs])
        unproven = [proof for proof in proofs if proof.problems]
        left_out = [fault for fault in faults if not any(proof.fault == fault.slug for proof in proofs)]
        lines = [f"{fault.slug} was left out: it shows on {' and '.join(fault.databases)}." for fault in left_out]
        lines.append(
            f"{len(faults) - len(left_out)} faults on {' and '.join(databases)}: "
            f"{len(proofs) - len(unproven)} of {len(proofs)} proven."
        )
        if unproven or not proofs:
            raise CommandError("\n".join(lines))
        if not as_json:
            self.stdout.write("\n".join(lines))

    def _measure(self, faults: list[Fault], *, as_json: bool, folder: Path, **options: Any) -> None:
        measured = costs.measure(faults, folder)
        problems: list[str] = []
        for fault in faults:
            figures = measured[fault.slug]
            problems += [f"{fault.slug}: {problem}" for problem in costs.problems(fault.effect, **figures)]
            if not as_json and folder == FOLDER:
                evidence.write(evidence.evidence_of(fault, figures))
            for state in () if as_json else ("on", "off"):
                values = ", ".join(f"n={at['n']}: {at[fault.effect.metric]}" for at in figures[state])
                growth = costs.growth(figures[state], fault.effect.metric)
                self.stdout.write(f"{fault.slug:28} {fault.effect.metric:15} {state:4} {growth:9} {values}")
        if as_json:
            self._print([evidence.evidence_of(fault, measured[fault.slug]) for fault in faults])
        elif folder == FOLDER:
            evidence.write_documents()
        if problems:
            raise CommandError("\n".join(problems))

    def _matrix(self, faults: list[Fault], *, as_json: bool, seed: int, **options: Any) -> None:
        def on_fault(line: str) -> None:
            bar.update()
            if not as_json:
                with bar.external_write_mode():
                    self.stdout.write(line)

        with progress(len(faults), "faults") as bar:
            rows = kill_matrix.make(faults, seed=seed, on_fault=on_fault)
        if as_json:
            self._print(rows)
        else:
            kill_matrix.write(rows)
            evidence.write_documents()

    def _print(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, indent=1))

    def _record(self, faults: list[Fault], *, as_json: bool, folder: Path, **options: Any) -> None:
        requests = recording.record(faults, folder)
        if as_json:
            self._print([asdict(request) for request in requests])
        for request in () if as_json else requests:
            counts = f"{request.statements} statements, {request.similar} similar"
            self.stdout.write(f"{request.fault:28} {request.state:4} {counts:30} {request.queries}")


def _described(fault: Fault) -> dict[str, Any]:
    return {
        "slug": fault.slug,
        "title": fault.title,
        "kind": fault.kind,
        "difficulty": fault.difficulty,
        "databases": fault.databases,
        "ticket": fault.ticket,
        "hints": fault.hints,
        "tests": dict(fault.tests),
        "metric": fault.effect.metric,
        "growth": {"on": fault.effect.on, "off": fault.effect.off},
        "decoys": [{"title": decoy.title, "why": decoy.why} for decoy in fault.decoys],
    }
