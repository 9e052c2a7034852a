"""The arithmetic of `make bench-against`; nothing is measured here."""

from __future__ import annotations

from statistics import median

import pytest

from bench.pairs import Pairs, above

# A machine that becomes nine times as slow between the first round and the last.
SLOWDOWN = [float(factor) for factor in range(1, 10)]


def test_equal_sides_have_the_ratio_one_whatever_slows_both_down():
    pairs = Pairs("list", [[(2 * factor, 2 * factor)] * 3 for factor in SLOWDOWN])

    assert (pairs.ratio, pairs.interval) == (1, (1, 1))


def test_the_ratio_is_that_of_pairs_not_of_the_sides():
    pairs = Pairs("list", [[(1, 1), (10, 20), (15, 15)]])

    assert median(head for _, head in pairs.rounds[0]) / median(base for base, _ in pairs.rounds[0]) == 1.5
    assert pairs.ratio == 1


def test_a_disturbed_pair_or_round_does_not_move_the_ratio():
    pairs = Pairs("list", [[(1, 1.04), (1, 1.04), (1, 9)]] * 14 + [[(1, 3)]])

    assert (pairs.ratio, pairs.interval) == (1.04, (1.04, 1.04))


def test_a_round_counts_once_however_many_pairs_it_has():
    pairs = Pairs("list", [[(1, 1)], [(1, 2)], [(1, 3)] * 100])

    assert pairs.ratio == 2


def test_the_interval_holds_the_ratio_and_leaves_the_extremes_out():
    pairs = Pairs("list", [[(1, number)] for number in range(1, 26)])

    assert (pairs.ratio, pairs.interval) == (13, (7, 19))


@pytest.mark.parametrize(("limit", "names"), [(None, []), (1.05, ["create"]), (1.1, []), (1.0, ["list", "create"])])
def test_only_a_ratio_above_the_limit_is_named(limit, names):
    measured = [Pairs("list", [[(100, 105)]]), Pairs("create", [[(10, 11)]])]

    assert above(limit, measured) == names
