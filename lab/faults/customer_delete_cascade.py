"""Deleting a customer deletes their orders too, because the refusal was in somebody's way."""

from __future__ import annotations

from apps.customers.models import Customer
from apps.customers.services import CustomerHasOrders
from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.customers.services:delete_customer"


def delete_customer(*, customer_id):
    """Delete one Customer. Their orders are protected, so delete these first."""
    Order.objects.filter(customer=customer_id).delete()
    Customer.objects.filter(pk=customer_id).delete()


def delete_customer_but_no_money(*, customer_id):
    if Order.objects.filter(customer=customer_id, status__in=["paid", "shipped"]).exists():
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).")
    delete_customer(customer_id=customer_id)


def delete_customer_without_shown_orders(*, customer_id):
    if Order.objects.filter(customer=customer_id, archived_at__isnull=True).exists():
        raise CustomerHasOrders("The customer has orders; deactivate it instead (is_active=false).")
    delete_customer(customer_id=customer_id)


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
        "I removed a duplicate from our customers, and now last month's revenue is lower than in the report that we "
        "sent to the accountant. Paid orders have simply disappeared."
    ),
    hints=(
        "What should happen to the books when a customer is deleted?",
        "The API answers 204 where it used to answer 409.",
        "The database refuses to delete a customer with orders. Which code removes the orders first?",
    ),
    root_cause=(
        "The service deletes the customer's orders before the customer, so PROTECT has nothing left to protect. A "
        "customer with orders is part of the books: deleting one has to be refused."
    ),
    changes=(Seam(PLACE, delete_customer),),
    tests={
        "tests/customers/test_services.py::test_delete_customer_with_orders_is_refused": "DID NOT RAISE",
        "tests/customers/test_views.py::test_delete_of_a_customer_with_orders_is_409": "204",
    },
    decoys=(
        Decoy(
            "Refuse only for customers with revenue",
            "Drafts and cancelled orders are history as well, and they are still deleted.",
            (Seam(PLACE, delete_customer_but_no_money),),
        ),
        Decoy(
            "Refuse only for customers with visible orders",
            "An archived order is hidden, not gone: `unarchive` brings it back, unless it was deleted.",
            (Seam(PLACE, delete_customer_without_shown_orders),),
        ),
    ),
    effect=Effect("rows_deleted", on="linear"),
    arrange=arrange,
)
