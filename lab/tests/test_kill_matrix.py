from __future__ import annotations

import pytest

from lab.core.loader import all_faults
from lab.measuring import evidence
from lab.proving import judging, kill_matrix

FAULTS = {fault.slug: fault for fault in all_faults()}


def test_what_sees_a_fault_is_sorted_by_its_kind():
    fault = FAULTS["n1-order-list"]
    (named, *_) = fault.tests
    failed = [
        f"{named}[3]",
        "tests/api/test_query_counts.py::test_a",
        "tests/api/test_schema.py::test_b",
        "tests/test_c.py::test_c",
    ]

    seen = kill_matrix.by_kind(fault, failed, detected="N+1 detected on Order.items")

    assert {kind: tests for kind, tests in seen.items() if tests} == {
        kill_matrix.NAMED: [f"{named}[3]"],
        kill_matrix.OTHER: ["tests/test_c.py::test_c"],
        "statement counts": ["tests/api/test_query_counts.py::test_a"],
        "schema and fuzz": ["tests/api/test_schema.py::test_b"],
        kill_matrix.GROWTH: ["statements"],
        kill_matrix.DETECTOR: ["N+1 detected on Order.items"],
    }


def test_the_detector_sees_an_n_plus_1_of_the_orm_and_is_silent_about_sums_in_python():
    said = kill_matrix.detect([FAULTS["n1-order-list"], FAULTS["python-sum"]])

    assert (bool(said["n1-order-list"]), said["python-sum"]) == (True, "")


def test_the_matrix_has_every_fault():
    assert list(evidence.read_matrix()) == sorted(FAULTS), "stale: manage.py lab matrix"


@pytest.mark.parametrize("slug", sorted(FAULTS))
def test_the_matrix_knows_each_test_that_a_fault_names(slug):
    fault, found = FAULTS[slug], evidence.read_matrix()[slug]

    named = found["seen"][kill_matrix.NAMED]

    assert found["database"] == fault.databases[0]
    unseen = [test for test in fault.tests if not any(judging.is_of(test, each) for each in named)]
    assert unseen == [], f"stale: manage.py lab matrix {slug}"
