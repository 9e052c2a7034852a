"""The verdicts of chaos scenarios detect broken promises, and the page shows the committed results."""

from __future__ import annotations

import json

from chaos.__main__ import SCENARIOS
from chaos.load import compare
from chaos.verdict import PAGE, RESULTS, Verdict, table
from harness.markers import replace_between

BOOK = {"a": (1, "paid", 5), "b": (2, "paid", 5), "c": (3, "paid", 5), "d": (4, "paid", 5)}


def test_acknowledged_orders_break_no_promise():
    verdict = Verdict("", "")

    compare(verdict, BOOK, [(reference, *acknowledged, 1) for reference, acknowledged in BOOK.items()])

    assert verdict.broken == []


def test_lost_duplicate_and_changed_orders_are_counted_by_kind():
    verdict = Verdict("", "")
    twice, unpaid, paid_twice = ("b", 2, "paid", 5, 1), ("c", 3, "draft", 5, 0), ("d", 4, "paid", 5, 2)

    compare(verdict, BOOK, [("b", 9, "paid", 5, 1), twice, unpaid, paid_twice, ("e", 5, "paid", 5, 1)])

    assert verdict.broken == [
        "acknowledged orders lost: 1, not 0",
        "orders made twice: 1, not 0",
        "orders made and never acknowledged: 1, not 0",
        "other than acknowledged: 2, not 0",
    ]


def test_attack_that_did_not_happen_fails_the_verdict():
    verdict = Verdict("", "")

    verdict.at_least("kills", 0, 1)

    assert verdict.broken == ["kills: 0, less than 1"]


def test_page_shows_the_results_of_every_scenario():
    results = json.loads(RESULTS.read_text())

    assert set(results) == set(SCENARIOS)
    assert [verdict["promise"] for verdicts in results.values() for verdict in verdicts if verdict["broken"]] == []
    page = PAGE.read_text()
    assert "<!-- chaos:begin -->" in page
    assert replace_between(page, "chaos", table(results)) == page
