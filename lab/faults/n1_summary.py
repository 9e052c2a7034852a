"""The predecessor's summary: a query per customer and per order, added up in Python."""

from __future__ import annotations

from django.db.models import F, Sum

from apps.customers import selectors as customers
from apps.orders import selectors as orders
from apps.reporting.selectors import _paid
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.reporting.selectors:customer_summary"


def customer_summary(*, limit, first=None, last=None):
    """Return the `limit` customers with the most revenue."""
    rows = []
    for customer in customers.customer_list():
        count = total = 0
        for order in orders.revenue_orders().filter(_paid(first, last), customer=customer):
            count += 1
            for item in order.items.all():
                total += item.quantity * item.unit_price_cents
        if customer.is_active or count:
            row = {"customer_id": customer.pk, "email": customer.email, "order_count": count, "total_cents": total}
            rows.append(row)
    rows.sort(key=lambda row: (-row["total_cents"], row["customer_id"]))
    return rows[:limit]


def customer_summary_with_items(*, limit, first=None, last=None):
    rows = []
    for customer in customers.customer_list():
        count = total = 0
        counted = orders.revenue_orders().filter(_paid(first, last), customer=customer)
        for order in counted.prefetch_related("items"):
            count += 1
            total += sum(item.quantity * item.unit_price_cents for item in order.items.all())
        if customer.is_active or count:
            row = {"customer_id": customer.pk, "email": customer.email, "order_count": count, "total_cents": total}
            rows.append(row)
    rows.sort(key=lambda row: (-row["total_cents"], row["customer_id"]))
    return rows[:limit]


def customer_summary_by_aggregate(*, limit, first=None, last=None):
    rows = []
    for customer in customers.customer_list():
        counted = orders.revenue_orders().filter(_paid(first, last), customer=customer)
        total = counted.aggregate(cents=Sum(F("items__quantity") * F("items__unit_price_cents")))["cents"] or 0
        count = counted.count()
        if customer.is_active or count:
            row = {"customer_id": customer.pk, "email": customer.email, "order_count": count, "total_cents": total}
            rows.append(row)
    rows.sort(key=lambda row: (-row["total_cents"], row["customer_id"]))
    return rows[:limit]


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n), each=3, status="paid", paid_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/summary/?limit=5")


FAULT = Fault(
    slug="n1-summary",
    title="The summary queries the database once per customer and order",
    kind="performance",
    difficulty="easy",
    ticket=(
        "The page with our five best customers is the slowest of all. It shows five rows! With our test data it was "
        "fine. Since we imported last year's orders it runs into the proxy's time limit."
    ),
    hints=(
        "How many statements does the report take for 10 customers, how many for 20?",
        "There are three nested loops, and each queries the database for the rows that it iterates over.",
        "The database can add up, sort and stop after five rows.",
    ),
    root_cause=(
        "The report loops over all customers, their orders and the items of these. It takes one statement for the "
        "customers, one per customer and one per order. Sorting and the limit come last, in Python."
    ),
    changes=(Seam(PLACE, customer_summary),),
    tests={
        "tests/reporting/test_selectors.py::test_summary_is_one_select[1]": 'FROM "orders_item"',
        "tests/reporting/test_selectors.py::test_summary_is_one_select[3]": 'FROM "orders_item"',
        "tests/reporting/test_views.py::test_summary_returns_limit_and_rows": 'FROM "orders_item"',
    },
    decoys=(
        Decoy(
            "Prefetch the items",
            "The innermost loop needs no query any more. There are still two statements per customer.",
            (Seam(PLACE, customer_summary_with_items),),
        ),
        Decoy(
            "Let the database add up each customer's items",
            "Fewer rows are fetched, but there are still two statements per customer: the sum and the count.",
            (Seam(PLACE, customer_summary_by_aggregate),),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
    large=100,
)
