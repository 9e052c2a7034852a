"""The next page starts after the last value, not after the last row: rows that share the value are never shown."""

from __future__ import annotations

from django.db.models import BooleanField, Func

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.api.pagination:_compare"


def _compare(left, operator, right):
    # The id is not needed: the sorted column alone says where the page ends.
    column, _ = left.source_expressions
    value, _ = right.source_expressions
    return Func(column, value, template="%(expressions)s", arg_joiner=f" {operator} ", output_field=BooleanField())


def _compare_or_equal(left, operator, right):
    column, _ = left.source_expressions
    value, _ = right.source_expressions
    return Func(column, value, template="%(expressions)s", arg_joiner=f" {operator}= ", output_field=BooleanField())


def _compare_each(left, operator, right):
    both = [
        Func(*pair, template="%(expressions)s", arg_joiner=f" {operator} ", output_field=BooleanField())
        for pair in zip(left.source_expressions, right.source_expressions, strict=True)
    ]
    return Func(*both, template="(%(expressions)s)", arg_joiner=" AND ", output_field=BooleanField())


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", "/api/v1/orders/?page_size=2", walk=True)


FAULT = Fault(
    slug="page-skips-ties",
    title="Pages leave out rows that share a value",
    kind="correctness",
    difficulty="hard",
    ticket=(
        "We copy all orders page by page every night. We imported some of them in one go, so they have the same time, "
        "and only the first 20 of these arrive. Sorted by number, all of them do."
    ),
    hints=(
        "Create five orders with the same time and read them in pages of two.",
        "What does the link to the next page contain of the last row?",
        "A sort key that several rows share does not say where to continue.",
    ),
    root_cause=(
        "The cursor compares the sorted column alone. Rows that share the value of the page's last row are not greater "
        "than it, so no page shows them. The key has to be unique: the column and the id, compared as one row value."
    ),
    changes=(Seam(PLACE, _compare),),
    tests={
        "tests/api/test_pagination.py::test_pages_hold_every_row_once_in_order_though_most_are_tied[-created_at]": (
            "19 more items"
        ),
        "tests/api/test_pagination.py::test_more_ties_than_djangos_cursor_can_count_end": "[200, 0] == [",
    },
    decoys=(
        Decoy(
            "Start with the last value instead of after it",
            "Rows with that value appear again on every page, and the walk never ends.",
            (Seam(PLACE, _compare_or_equal),),
        ),
        Decoy(
            "Compare the column and the id, each by itself",
            "A row that follows the last one by column may precede it by id, and is left out.",
            (Seam(PLACE, _compare_each),),
        ),
    ),
    effect=Effect("rows_answered", on="constant", off="linear"),
    arrange=arrange,
)
