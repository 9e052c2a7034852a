"""Deleting a customer takes the orders along, because the refusal was in somebody's way."""

from __future__ import annotations

from apps.customers.models import Customer
from apps.customers.services import CustomerHasOrders
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def delete_customer(*, customer_id):
    """Delete one Customer. Their orders are protected, so these go first."""
    Order.objects.filter(customer=customer_id).delete()
    Customer.objects.filter(pk=customer_id).delete()


def delete_customer_but_no_money(*, customer_id):
    if Order.objects.filter(customer=customer_id, status__in=["paid", "shipped"]).exists():
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).")
    Order.objects.filter(customer=customer_id).delete()
    Customer.objects.filter(pk=customer_id).delete()


def delete_customer_without_shown_orders(*, customer_id):
    if Order.objects.filter(customer=customer_id, archived_at__isnull=True).exists():
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).")
    Order.objects.filter(customer=customer_id).delete()
    Customer.objects.filter(pk=customer_id).delete()


def seam(code):
    return (Seam("apps.customers.services:delete_customer", code),)


def arrange(n: int) -> Call:
    (customer,) = factory.customers(1)
    factory.orders([customer], each=n, status="paid", paid_at=factory.DAY)
    return Call("DELETE", f"/api/v1/customers/{customer.pk}/")


FAULT = Fault(
    slug="customer-delete-cascade",
    title="Deleting a customer deletes their orders",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "I removed a double entry from our customers, and now last month's revenue is lower than in the report that we "
        "sent to the accountant. Orders that were paid are simply not there any more."
    ),
    hints=(
        "What should happen to the books when a customer is deleted?",
        "The API answers 204 where it used to answer 409.",
        "The database protects the orders of a customer. Who removes them before it can say so?",
    ),
    root_cause=(
        "The service deletes the customer's orders before the customer, which takes away what PROTECT protects. A "
        "customer with orders is part of the books: deleting one has to be refused."
    ),
    changes=seam(delete_customer),
    tests={
        "tests/customers/test_services.py::test_delete_customer_with_orders_is_refused": "DID NOT RAISE",
        "tests/customers/test_views.py::test_delete_of_a_customer_with_orders_is_409": "204",
    },
    decoys=(
        Decoy(
            "Refuse only where there is revenue",
            "Drafts and cancelled orders are history as well, and are still deleted.",
            seam(delete_customer_but_no_money),
        ),
        Decoy(
            "Refuse only where there are orders that are shown",
            "An archived order is hidden, not gone: it comes back with `unarchive`, unless it was deleted.",
            seam(delete_customer_without_shown_orders),
        ),
    ),
    effect=Effect("rows_deleted", on="linear"),
    arrange=arrange,
)
