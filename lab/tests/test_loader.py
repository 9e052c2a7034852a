from __future__ import annotations

import re

import pytest

from lab.core import source
from lab.core.fault import LabError
from lab.core.loader import UnknownFault, all_faults, find_faults

FAULTS = all_faults()
by_slug = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.slug)


@by_slug
def test_a_ticket_is_a_users_and_gives_nothing_away(fault):
    assert not re.search(r"\.py|selector|queryset|middleware|receiver|trigger", fault.ticket)
    assert len(fault.hints) >= 2
    assert fault.root_cause


@by_slug
def test_a_fault_and_its_decoys_can_be_shown_as_a_diff(fault):
    diffs = [source.diff(fault, decoy) for decoy in (None, *fault.decoys)]

    assert len(set(diffs)) == 3
    assert all("\n+" in diff for diff in diffs)


def test_both_kinds_and_every_difficulty_are_there():
    assert {fault.kind for fault in FAULTS} == {"correctness", "performance"}
    assert {fault.difficulty for fault in FAULTS} == {"easy", "medium", "hard"}
    assert len(FAULTS) >= 16


def test_an_unknown_fault_is_refused_with_the_nearest():
    with pytest.raises(UnknownFault, match=r"no fault 'n1-sumary'\. Near: n1-summary"):
        find_faults(["n1-sumary"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from apps.orders.services import cancel_orders", "broken.py cannot be read: ImportError"),
        ("", "broken.py cannot be read: AttributeError"),
        ("from lab.faults.n1_summary import FAULT", "broken.py: its slug is 'n1-summary'"),
    ],
)
def test_a_file_that_is_no_fault_of_this_product_is_an_error(tmp_path, text, message):
    (tmp_path / "broken.py").write_text(text)

    with pytest.raises(LabError, match=message):
        all_faults(tmp_path)
