from __future__ import annotations

import pytest

from lab.core.fault import Effect
from lab.measuring.costs import growth, problems
from lab.measuring.counting import shape


def figures(*values: int) -> list[dict[str, int]]:
    return [{"n": n, "rows": value} for n, value in zip((2, 8, 32, 200), values, strict=True)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 1, 1, 1), "constant"),
        ((5, 5, 5, 10), "constant"),  # the largest n is not judged, because chunks begin there
        ((9, 33, 129, 801), "linear"),
        ((8, 31, 124, 776), "linear"),
        ((4, 64, 1024, 40000), "quadratic"),
        ((7, 73, 1057, 40201), "quadratic"),
    ],
)
def test_growth_is_read_from_counts(values, expected):
    assert growth(figures(*values), "rows") == expected


def test_a_fault_that_moves_nothing_is_reported():
    same = figures(1, 1, 1, 1)

    assert list(problems(Effect("rows", on="linear"), same, same)) == [
        "rows with the fault on is constant, not linear",
        "rows is the same with the fault on and off",
    ]


def test_statements_of_one_shape_differ_in_values_and_columns_only():
    shapes = {
        shape('SELECT "a"."id", "a"."name" FROM "a" WHERE "a"."id" IN (%s, %s)'),
        shape('SELECT "a"."id" FROM "a"\n WHERE "a"."id" IN (%s)'),
    }

    assert shapes == {'SELECT … FROM "a" WHERE "a"."id" IN (…)'}
    assert shape('INSERT INTO "a" ("id", "b") VALUES (%s, %s), (%s, %s) RETURNING "id"') == 'INSERT INTO "a" …'
