"""The reports count orders that are paid, not orders that were paid: shipping an order removes it."""

from __future__ import annotations

from apps.orders.lifecycle import Status
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.orders.selectors:revenue_orders"


def revenue_orders():
    """The orders that count as revenue: paid, and not archived."""
    return Order.objects.filter(status=Status.PAID, archived_at__isnull=True)


def revenue_orders_by_date_of_shipping():
    paid = Order.objects.filter(status=Status.PAID, archived_at__isnull=True)
    return paid | Order.objects.filter(shipped_at__isnull=False, archived_at__isnull=True)


def revenue_orders_by_date_of_payment():
    return Order.objects.filter(paid_at__isnull=False)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n, status="shipped", paid_at=factory.DAY, shipped_at=factory.DAY)
    return Call("GET", "/api/v1/reporting/products/")


FAULT = Fault(
    slug="shipping-drops-revenue",
    title="An order stops counting as revenue when it is shipped",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "Every morning the products report shows good numbers, and every evening, after the courier has come, most of "
        "them are gone. The money is in our account. What does the courier have to do with it?"
    ),
    hints=(
        "What happens to an order when the courier comes?",
        "An order has one status at a time. Which ones are revenue?",
        "A shipped order was paid.",
    ),
    root_cause="`revenue_orders` filters by the status `paid`. An order that was paid and then shipped has another.",
    changes=(Seam(PLACE, revenue_orders),),
    tests={
        "tests/reporting/test_selectors.py::test_products_count_pieces_and_orders_of_paid_orders": "'order_count': 1",
    },
    decoys=(
        Decoy(
            "Add orders with a date of shipping",
            "Right for orders that the service shipped. An order that was imported as shipped has no such date.",
            (Seam(PLACE, revenue_orders_by_date_of_shipping),),
        ),
        Decoy(
            "Count all orders with a date of payment",
            "Cancelled and archived orders keep their date of payment, and now count too.",
            (Seam(PLACE, revenue_orders_by_date_of_payment),),
        ),
    ),
    effect=Effect("cents_answered", on="constant", off="linear"),
    arrange=arrange,
)
