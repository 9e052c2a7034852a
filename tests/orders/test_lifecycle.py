from __future__ import annotations

from itertools import product

import pytest

from apps.orders.lifecycle import MOVES, Status, moves_from

ALLOWED = {
    ("draft", "pay"): "paid",
    ("draft", "cancel"): "cancelled",
    ("paid", "ship"): "shipped",
    ("paid", "cancel"): "cancelled",
}


@pytest.mark.parametrize(("status", "move"), list(product(Status.values, MOVES)))
def test_lifecycle_allows_exactly_these_moves(status, move):
    target = move.target if status in move.sources else None

    assert target == ALLOWED.get((status, move.name))


@pytest.mark.parametrize(
    ("status", "names"),
    [("draft", ["pay", "cancel"]), ("paid", ["ship", "cancel"]), ("shipped", []), ("cancelled", [])],
)
def test_moves_from_returns_the_allowed_moves(status, names):
    assert moves_from(status) == names
