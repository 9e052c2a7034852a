"""The report counts what is paid now, not what was paid: an order leaves it when it is shipped."""

from __future__ import annotations

from apps.orders.lifecycle import Status
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def revenue_orders():
    """The orders that count as revenue: paid, and not archived."""
    return Order.objects.filter(status=Status.PAID, archived_at__isnull=True)


def revenue_orders_by_date_of_shipping():
    paid = Order.objects.filter(status=Status.PAID, archived_at__isnull=True)
    return paid | Order.objects.filter(shipped_at__isnull=False, archived_at__isnull=True)


def revenue_orders_by_date_of_payment():
    return Order.objects.filter(paid_at__isnull=False)


def seam(code):
    return (Seam("apps.orders.selectors:revenue_orders", code),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n, status="shipped", paid_at=factory.DAY, shipped_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/products/")


FAULT = Fault(
    slug="shipping-drops-revenue",
    title="An order stops counting as revenue when it is shipped",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "Every morning the products report shows good numbers, and every evening, after the courier came, it has lost "
        "most of them. The money is on the account. What does the courier have to do with it?"
    ),
    hints=(
        "What happens to an order when the courier comes?",
        "An order has one status at a time. Which ones are revenue?",
        "A shipped order was paid.",
    ),
    root_cause="`revenue_orders` asks for the status `paid`; an order that was paid and then shipped has another one.",
    changes=seam(revenue_orders),
    tests={
        "tests/reporting/test_selectors.py::test_products_count_pieces_and_orders_of_what_was_paid": "'order_count': 1",
    },
    decoys=(
        Decoy(
            "Add what has a date of shipping",
            "Right for orders that were moved by the service; one that was imported as shipped has no such date.",
            seam(revenue_orders_by_date_of_shipping),
        ),
        Decoy(
            "Count whatever has a date of payment",
            "A cancelled order keeps its date of payment, and an archived one too; both count now.",
            seam(revenue_orders_by_date_of_payment),
        ),
    ),
    effect=Effect("cents_answered", on="constant", off="linear"),
    arrange=arrange,
)
