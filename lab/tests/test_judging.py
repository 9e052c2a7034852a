from __future__ import annotations

from dataclasses import replace

import pytest

from lab.core.loader import find_faults
from lab.proving import judging

FAULT = replace(find_faults(["archived-revenue"])[0], tests={"t.py::a": "3 orders", "t.py::b[1]": "409"})


def results(a: str, b: str, message: str = "3 orders, 409") -> dict[str, dict[str, str]]:
    names = {"t.py::a[x]": a, "t.py::b[1]": b, "t.py::b[2]": "passed"}
    return {name: {"outcome": outcome, "message": message} for name, outcome in names.items()}


def test_every_test_failing_for_its_symptom_is_a_proof():
    assert list(judging.with_fault(FAULT, results("failed", "failed"))) == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("passed", "passed"),
        ("skipped", "was skipped"),
        ("error", "had an error outside the test itself"),
    ],
)
def test_a_test_that_does_not_fail_is_no_proof(outcome, said):
    assert list(judging.with_fault(FAULT, results("failed", outcome))) == [f"t.py::b[1] {said} with the fault on"]


def test_a_test_that_fails_for_another_reason_is_no_proof():
    found = list(judging.with_fault(FAULT, results("failed", "failed", "TypeError: 409\nmore")))

    assert found == ["t.py::a[x] failed, but not for '3 orders': TypeError: 409"]


def test_a_test_that_did_not_run_is_no_proof():
    found = {name: result for name, result in results("failed", "failed").items() if "b" not in name}

    assert list(judging.with_fault(FAULT, found)) == ["t.py::b[1] did not run with the fault on"]


def test_without_the_fault_every_test_passes():
    assert list(judging.without(FAULT.tests, results("passed", "passed"))) == []
    assert list(judging.without(FAULT.tests, results("passed", "failed", "no"))) == [
        "t.py::b[1] failed with the fault off: no"
    ]


def test_a_decoy_is_caught_by_one_test_that_fails():
    assert list(judging.with_decoy(FAULT, results("passed", "failed"))) == []


def test_a_decoy_that_no_test_sees_is_reported():
    assert list(judging.with_decoy(FAULT, results("passed", "passed"))) == [
        "no test sees that the decoy is wrong: it cures the fault, or a test is missing"
    ]


def test_a_decoy_that_only_makes_an_error_is_reported():
    assert list(judging.with_decoy(FAULT, results("passed", "error", "boom"))) == [
        "t.py::b[1] had an error outside the test itself with the decoy: boom",
    ]
