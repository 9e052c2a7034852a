"""A promise that is broken is seen, and the page shows what was measured."""

from __future__ import annotations

import json

from chaos.__main__ import SCENARIOS
from chaos.load import compare
from chaos.verdict import PAGE, RESULTS, Verdict, table
from harness.markers import replace_between

BOOK = {"a": (1, "paid", 5), "b": (2, "paid", 5), "c": (3, "paid", 5), "d": (4, "paid", 5)}


def test_orders_as_acknowledged_break_no_promise():
    verdict = Verdict("", "")

    compare(verdict, BOOK, [(reference, *told, 1) for reference, told in BOOK.items()])

    assert verdict.broken == []


def test_orders_other_than_acknowledged_are_counted_each_by_what_is_wrong():
    verdict = Verdict("", "")
    twice, unpaid, paid_twice = ("b", 2, "paid", 5, 1), ("c", 3, "draft", 5, 0), ("d", 4, "paid", 5, 2)

    compare(verdict, BOOK, [("b", 9, "paid", 5, 1), twice, unpaid, paid_twice, ("e", 5, "paid", 5, 1)])

    assert verdict.broken == [
        "acknowledged orders lost: 1, not 0",
        "orders made twice: 1, not 0",
        "orders made and never acknowledged: 1, not 0",
        "other than acknowledged: 2, not 0",
    ]


def test_an_attack_that_did_not_take_place_breaks_the_verdict():
    verdict = Verdict("", "")

    verdict.at_least("kills", 0, 1)

    assert verdict.broken == ["kills: 0, less than 1"]


def test_the_page_shows_what_was_measured_of_every_scenario():
    kept = json.loads(RESULTS.read_text())

    assert set(kept) == set(SCENARIOS)
    assert [each for found in kept.values() for each in found if each["broken"]] == []
    page = PAGE.read_text()
    assert "<!-- chaos:begin -->" in page
    assert replace_between(page, "chaos", table(kept)) == page
