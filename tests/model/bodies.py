"""Hypothesis strategies for requests: mostly valid, now and then one that has to be refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

PICK = st.integers(0, 999)  # an index into the known rows or tags
KEY = st.sampled_from([None] * 8 + ["monday", "tuesday", "3f6a1c52"])
# 0, 1 and 2: the row's last known ETag, or one or two before it; "*"; or an ETag that no row has.
TAG = st.sampled_from([None] * 8 + [0, 0, 1, 2, "*", '"0123456789abcdef"'])


@st.composite
def mostly(draw: Any, usual: Any, *others: Any) -> Any:
    return draw(st.sampled_from(others) if draw(st.integers(0, 30)) == 13 else usual)


def of(fields: dict[str, Any]) -> tuple[Any, Any]:
    """Return strategies for bodies of POST (usually all fields) and of PATCH (some fields)."""
    some = st.fixed_dictionaries({}, optional=fields)
    whole = mostly(st.just(st.fixed_dictionaries(fields)), some).flatmap(lambda body: body)
    # Read-only fields are ignored, unknown fields refused.
    more = mostly(st.just({}), {"id": 1, "tenant": 1}, {"colour": "red"})
    return tuple(st.builds(lambda body, further: {**body, **further}, bodies, more) for bodies in (whole, some))


ADDRESSES = [
    "ada@example.com", "ADA@example.com", "grace@example.com", " alan@example.org ", "e@example.org",
    "ada@bücher.example", "ada@bu\u0308cher.example", "ada@xn--bcher-kva.example",
]  # fmt: skip
EMAIL = mostly(st.sampled_from(ADDRESSES), "", "nobody", "ad\u200ba@example.com", None)
NAMES = ["Ada", " Grace ", "Zoë", "Zoe\u0308", "x" * 200]
NAME = mostly(st.sampled_from(NAMES), "", "A\u200bda", " ", "x" * 201, 123, None)
SKU = mostly(st.sampled_from(["TEA", "MUG", "pot", "Käse", "Ka\u0308se"]), "", "TEA\u00ad", "x" * 65, True, None)
QUANTITY = mostly(st.sampled_from([1, 2, 3, 10_000]), 0, 10_001, "1_0", "2", 2.0, True, None)
PRICE = mostly(st.sampled_from([0, 1, 450, 10_000_000]), -1, 10_000_001, "1", None)
LINE = {"sku": SKU, "quantity": QUANTITY, "unit_price_cents": PRICE}
NEW_LINE, _ = of(LINE)
LINES = st.lists(NEW_LINE, min_size=1, max_size=3).flatmap(
    lambda lines: mostly(st.just(lines), lines[:1] * 100, lines[:1] * 101, [])
)
NEW_CUSTOMER, SOME_CUSTOMER = of({"email": EMAIL, "name": NAME, "is_active": mostly(st.booleans(), "y", 1, None)})
NEW_ORDER, SOME_ORDER = of({"customer": PICK, "items": LINES})
NEW_ITEM, SOME_ITEM = of({"order": PICK, **LINE})

# Queries. Days and instants of a week in which Berlin's clocks change.
DAY = st.integers(26, 32).map(lambda n: (date(2026, 3, 1) + timedelta(days=n)).isoformat())
INSTANT = st.builds("{}T{:02}:00:00Z".format, DAY, st.integers(0, 23))
PAGE = {
    "page_size": st.sampled_from([1, 2, 5, 20, 200]),
    "count": st.sampled_from(["true", "false"]),
    "colour": st.just("red"),
}


def some(columns: list[str], filters: dict[str, Any]) -> Any:
    """A query with a few of the parameters."""
    orderings = st.sampled_from([sign + column for column in columns for sign in ("", "-")])
    known = {**filters, **PAGE, "ordering": orderings}
    names = st.sets(st.sampled_from([*known, *filters]), max_size=3)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: known[name] for name in sorted(chosen)}))


PART = st.sampled_from(["ada", "EXAMPLE.com", "@", "BÜCHER", "nowhere"])
CENTS = st.sampled_from([0, 1, 451, 900, 10**9, 2**63 - 1])
QUERIES = {
    "customers": some(["id", "created_at", "email"], {"email": PART, "is_active": st.sampled_from(["true", "false"])}),
    "orders": some(
        ["id", "created_at", "total_cents"],
        {
            "status": st.sampled_from(["draft", "paid,shipped", "cancelled", "draft,cancelled"]),
            "email": PART,
            "customer": PICK,
            "created_from": DAY | INSTANT,
            "created_to": DAY | INSTANT,
            "min_total_cents": CENTS,
            "max_total_cents": CENTS,
            "archived": st.sampled_from(["true", "false", "all"]),
        },
    ),
    "items": some(["id"], {"order": PICK}),
}
RANGE = {"from": DAY, "to": DAY}
TOP = st.fixed_dictionaries({}, optional={**RANGE, "limit": st.integers(1, 5)})
REPORTS = {
    "summary": TOP,
    "products": TOP,
    "sales": st.fixed_dictionaries(RANGE, optional={"by": st.sampled_from(["day", "week", "month"])}),
}
