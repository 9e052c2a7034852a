"""The next page begins after the last value, not after the last row: rows that share it are never shown."""

from __future__ import annotations

from django.db.models import BooleanField, Func

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def _compare(left, operator, right):
    # A row value is more than is needed: the column that the list is sorted by says where the page ends.
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


def seam(code):
    return (Seam("apps.api.pagination:_compare", code),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", "/api/v1/orders/?page_size=2", walk=True)


FAULT = Fault(
    slug="page-skips-ties",
    title="Pages leave out rows that share a value",
    kind="correctness",
    difficulty="hard",
    ticket=(
        "We copy all orders page by page every night. Of those that we imported in one go, with one and the same "
        "time, only the first 20 arrive. Sorted by number all of them do."
    ),
    hints=(
        "Make five orders of the same time and walk through them in pages of two.",
        "What does a page's link know of the last row that was shown?",
        "A sort key that several rows share is no place to go on from.",
    ),
    root_cause=(
        "The cursor compares the sorted column alone. Rows that share the value of the page's last row are beyond "
        "none of its edges, so no page has them. The key has to be unique: the column and the id, compared as one "
        "value."
    ),
    changes=seam(_compare),
    tests={
        "tests/api/test_pagination.py::test_pages_hold_every_row_once_in_order_though_most_are_tied[-created_at]": (
            "19 more items"
        ),
        "tests/api/test_pagination.py::test_more_ties_than_djangos_cursor_can_count_end": "[200, 0] == [",
    },
    decoys=(
        Decoy(
            "Begin with the last value instead of after it",
            "Now the rows of that value come again on every page, and a walk never ends.",
            seam(_compare_or_equal),
        ),
        Decoy(
            "Compare both, the column and the id",
            "Each by itself: a later row with a larger id than the edge's is beyond it by one and not by the other.",
            seam(_compare_each),
        ),
    ),
    effect=Effect("rows_answered", on="constant", off="linear"),
    arrange=arrange,
)
