"""The statistics of `make bench-against`: ratios of paired measurements and their confidence interval."""

from __future__ import annotations

from statistics import median

import pytest

from bench.pairs import Pairs, above

# The machine is nine times as slow in the last round as in the first.
SLOWDOWN = [float(factor) for factor in range(1, 10)]


def test_equal_sides_have_the_ratio_one_despite_a_common_slowdown():
    pairs = Pairs("list", [[(2 * factor, 2 * factor)] * 3 for factor in SLOWDOWN])

    assert (pairs.ratio, pairs.interval) == (1, (1, 1))


def test_ratio_is_the_median_of_pairs_not_the_ratio_of_medians():
    pairs = Pairs("list", [[(1, 1), (10, 20), (15, 15)]])

    assert median(head for _, head in pairs.rounds[0]) / median(base for base, _ in pairs.rounds[0]) == 1.5
    assert pairs.ratio == 1


def test_outlier_pair_or_round_does_not_change_the_ratio():
    pairs = Pairs("list", [[(1, 1.04), (1, 1.04), (1, 9)]] * 14 + [[(1, 3)]])

    assert (pairs.ratio, pairs.interval) == (1.04, (1.04, 1.04))


def test_each_round_has_the_same_weight():
    pairs = Pairs("list", [[(1, 1)], [(1, 2)], [(1, 3)] * 100])

    assert pairs.ratio == 2


def test_interval_contains_the_ratio_and_excludes_outliers():
    pairs = Pairs("list", [[(1, number)] for number in range(1, 26)])

    assert (pairs.ratio, pairs.interval) == (13, (7, 19))


@pytest.mark.parametrize(("limit", "names"), [(None, []), (1.05, ["create"]), (1.1, []), (1.0, ["list", "create"])])
def test_only_ratios_above_the_limit_are_named(limit, names):
    measured = [Pairs("list", [[(100, 105)]]), Pairs("create", [[(10, 11)]])]

    assert above(limit, measured) == names
