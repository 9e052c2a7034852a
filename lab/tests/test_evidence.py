from __future__ import annotations

import pytest

from lab.core.loader import FOLDER, all_faults
from lab.measuring import costs, evidence


def test_evidence_is_what_is_measured_now():
    faults = all_faults()

    measured = costs.measure(faults, FOLDER)

    for fault in faults:
        assert list(costs.problems(fault.effect, **measured[fault.slug])) == []
    now = [evidence.without_time(evidence.evidence_of(fault, measured[fault.slug])) for fault in faults]
    assert [evidence.without_time(each) for each in evidence.read()] == now, "stale: manage.py lab measure"


@pytest.mark.parametrize("document", evidence.DOCUMENTS, ids=lambda file: file.name)
def test_tables_show_the_evidence(document):
    text = document.read_text()

    assert "<!-- lab:" in text
    assert text == evidence.rendered(text, evidence.read()), "stale: manage.py lab measure"


def test_a_stale_table_is_made_anew_and_other_text_is_kept():
    stale = "before\n<!-- lab:regression:begin -->\nold\n<!-- lab:regression:end -->\nafter"

    fresh = evidence.rendered(stale, evidence.read())

    assert fresh.startswith("before\n<!-- lab:regression:begin -->\n| orders")
    assert fresh.endswith("|\n<!-- lab:regression:end -->\nafter")
