from __future__ import annotations

import pytest

from lab.core.loader import all_faults
from lab.proving import judging, messages
from lab.proving.proof import Proof, keep_messages

by_slug = pytest.mark.parametrize("fault", all_faults(), ids=lambda fault: fault.slug)


@by_slug
def test_every_failing_test_of_a_fault_has_its_message(fault):
    """Missing or stale: manage.py lab verify --write"""
    said = {name: {"outcome": "failed", "message": text} for name, text in messages.read(fault.slug).items()}

    assert list(judging.with_fault(fault, said)) == []


def test_only_faults_have_messages():
    assert {file.stem for file in messages.FOLDER.iterdir()} == {fault.slug for fault in all_faults()}


def changed(slug: str, old: str, new: str) -> messages.Messages:
    committed = messages.read(slug)
    assert any(old in text for text in committed.values())
    return {name: text.replace(old, new) for name, text in committed.items()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'created_at': '…'", "'created_at': '2027-02-03T04:05:06.789012Z'"),
        ("'email': '…@", "'email': 'abcdefghij@"),
        ("'request_id': '…'", f"'request_id': '{'0123456789abcdef' * 2}'"),
        ("Full diff", "Whatever pytest explains"),
    ],
)
def test_what_chance_the_clock_and_pytest_say_is_never_stale(old, new):
    assert messages.stale("cancel-deletes-customer", changed("cancel-deletes-customer", old, new)) == []


def test_how_a_race_ends_is_never_stale():
    said = changed("double-cancel", "'cancelled', 'cancelled'", "'cancelled'")

    assert messages.stale("double-cancel", said) == []


def test_a_message_that_says_something_else_is_stale():
    stale = messages.stale("n1-summary", changed("n1-summary", "7 == 1", "9 == 1"))

    name = "tests/reporting/test_selectors.py::test_summary_is_one_select[3]"
    assert stale == [f"{name} says something else than lab/evidence/messages has: manage.py lab verify --write"]


def test_a_test_that_came_or_went_is_stale():
    assert len(messages.stale("n1-summary", {})) == 3
    assert len(messages.stale("n1-summary", {**messages.read("n1-summary"), "t.py::new": "assert 1 == 2"})) == 1


def test_verify_tells_what_is_stale():
    proof = Proof("n1-summary", "sqlite", "on", 1.0, [], changed("n1-summary", "7 == 1", "9 == 1"))

    keep_messages(proof, write=False)

    assert len(proof.problems) == 1
