"""One statement, as the rule demands, but it fetches every order to show a few rows."""

from __future__ import annotations

from collections import defaultdict
from heapq import nsmallest

from apps.customers import selectors as customers
from apps.reporting.selectors import _paid, live_totals
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.reporting.selectors:customer_summary"


def customer_summary(*, limit, first=None, last=None):
    """Return the `limit` customers with the most revenue, in one statement."""
    found = customers.customer_list().values_list(
        "pk", "email", "is_active", "orders__status", "orders__archived_at", "orders__paid_at", "orders__total_cents"
    )
    counted = found.filter(_paid(first, last, "orders__")) if first or last else found
    sums = defaultdict(lambda: [0, 0])
    for pk, email, is_active, status, archived_at, _, total_cents in counted:
        revenue = status in ("paid", "shipped") and archived_at is None
        if is_active or revenue:
            sums[pk, email][0] += revenue
            sums[pk, email][1] += total_cents if revenue else 0
    rows = [
        {"customer_id": pk, "email": email, "order_count": count, "total_cents": total}
        for (pk, email), (count, total) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row["total_cents"], row["customer_id"]))[:limit]


def customer_summary_in_chunks(*, limit, first=None, last=None):
    totals = live_totals(_paid(first, last, "orders__")).values(
        "pk", "email", "is_active", "order_count", "total_cents"
    )
    rows = []
    for row in totals.iterator(chunk_size=500):
        if row.pop("is_active") or row["order_count"]:
            rows.append({"customer_id": row.pop("pk"), **row})
    return sorted(rows, key=lambda row: (-row["total_cents"], row["customer_id"]))[:limit]


def customer_summary_of_the_largest(*, limit, first=None, last=None):
    totals = live_totals(_paid(first, last, "orders__")).values_list("pk", "email", "order_count", "total_cents")
    largest = nsmallest(limit, totals, key=lambda row: (-row[3], row[0]))
    columns = ("customer_id", "email", "order_count", "total_cents")
    return [dict(zip(columns, row, strict=True)) for row in largest]


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n), each=3, status="paid", paid_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/summary/?limit=2")


FAULT = Fault(
    slug="python-sum",
    title="The summary adds up in Python instead of in the database",
    kind="performance",
    difficulty="hard",
    ticket=(
        "The page of our best customers is slow again, and the service needs more memory every month. Your colleague "
        "showed me that it makes only one query now, so surely that is not the reason?"
    ),
    hints=(
        "How many rows does the one statement return, and how many does the page show?",
        "The number of statements does not show this. What else can be counted?",
        "What sorts the rows, and what stops after `limit` of them?",
    ),
    root_cause=(
        "The statement has no SUM and no LIMIT: it fetches every order of every customer into Python, which adds up, "
        "sorts and discards all but a few. The number of statements is constant; the rows fetched grow with the "
        "orders."
    ),
    changes=(Seam(PLACE, customer_summary),),
    tests={
        "tests/reporting/test_selectors.py::test_summary_is_sorted_and_limited_by_the_database": "LIMIT 2",
    },
    decoys=(
        Decoy(
            "Sum in the database, and read the result in chunks",
            "One row per customer instead of one per order, and less memory, but still every customer to show two.",
            (Seam(PLACE, customer_summary_in_chunks),),
        ),
        Decoy(
            "Keep only the largest in a heap",
            "Sorting is cheap now, but the cost was in fetching.",
            (Seam(PLACE, customer_summary_of_the_largest),),
        ),
    ),
    effect=Effect("rows_fetched", on="linear"),
    arrange=arrange,
)
