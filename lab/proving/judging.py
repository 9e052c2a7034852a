"""Judge test results with a fault on, off, or on with a decoy. Each function yields one line per failed proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lab.core.fault import Fault

Results = Mapping[str, Mapping[str, str]]  # node id -> outcome and message, as `pytest_plugin` writes them


def with_fault(fault: Fault, results: Results) -> Iterator[str]:
    """Require that each test that the fault names fails, with the symptom in its message."""
    for test, symptom in fault.tests.items():
        for name, result in _of(test, results):
            if result["outcome"] != "failed":
                yield f"{name} {_did(result)} with the fault on"
            elif symptom not in result["message"]:
                yield f"{name} failed, but not for {symptom!r}: {_first_line(result)}"


def without(tests: Iterable[str], results: Results) -> Iterator[str]:
    """Require that each of the tests passes."""
    for test in tests:
        for name, result in _of(test, results):
            if result["outcome"] != "passed":
                yield f"{name} {_did(result)} with the fault off: {_first_line(result)}"


def with_decoy(fault: Fault, results: Results) -> Iterator[str]:
    """Require that at least one test that the fault names fails, and that the others pass."""
    named = [(name, result) for test in fault.tests for name, result in _of(test, results)]
    for name, result in named:
        if result["outcome"] not in ("passed", "failed"):
            yield f"{name} {_did(result)} with the decoy: {_first_line(result)}"
    if all(result["outcome"] == "passed" for _, result in named):
        yield "no test sees that the decoy is wrong: it cures the fault, or a test is missing"


def is_of(test: str, name: str) -> bool:
    """Whether the node id `name` belongs to `test`, with or without a parameter."""
    return name == test or name.startswith(f"{test}[")


def _of(test: str, results: Results) -> list[tuple[str, Mapping[str, str]]]:
    """Return the results of a test: for all its parameters, unless `test` includes one."""
    matching = [(name, result) for name, result in results.items() if is_of(test, name)]
    return matching or [(test, {"outcome": "missing", "message": ""})]


def _did(result: Mapping[str, str]) -> str:
    words = {"error": "had an error outside the test itself", "skipped": "was skipped", "missing": "did not run"}
    return words.get(result["outcome"], result["outcome"])


def _first_line(result: Mapping[str, str]) -> str:
    return (result["message"].splitlines() or ["nothing was said"])[0][:200]
