"""Orders are not limited to the tenant: anyone who guesses an id reads and changes another company's order."""

from __future__ import annotations

from django.db.models import F, QuerySet

from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.orders.selectors:order_list"


def order_list():
    """All orders, newest first, with their customers: a new queryset, for its `select_related`."""
    return QuerySet(Order).select_related("customer")


def order_list_of_active_tenants():
    return QuerySet(Order).select_related("customer").filter(tenant__is_active=True)


def order_list_of_own_customers():
    return QuerySet(Order).select_related("customer").filter(customer__tenant=F("tenant"))


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", f"/api/v1/orders/{factory.FOREIGN_ORDER}/")


FAULT = Fault(
    slug="foreign-order-by-id",
    title="Another tenant's order can be read by its number",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "I mistyped the number of an order and saw one that is not ours: a customer I do not know, at prices that are "
        "not ours. I tried the next number, and found another one. Can they see our orders too?"
    ),
    hints=(
        "Request an order of another tenant, and one that does not exist. Are the responses equal?",
        "What adds the tenant to a query?",
        "The manager adds it. What about a queryset that did not come from the manager?",
    ),
    root_cause=(
        "The selector builds its queryset without the manager, which would add the tenant. On PostgreSQL, row security "
        "still prevents the leak; SQLite has no second wall for reading."
    ),
    changes=(Seam(PLACE, order_list),),
    tests={
        "tests/isolation/test_attacks.py::test_attack_leaks_and_changes_nothing[GET orders/{id}/-path id-both]": "tells",  # noqa: E501
        "tests/isolation/test_attacks.py::test_attack_leaks_and_changes_nothing[GET orders/-filter-both]": "tells",
    },
    decoys=(
        Decoy(
            "Only orders of active tenants",
            "The other company is active too.",
            (Seam(PLACE, order_list_of_active_tenants),),
        ),
        Decoy(
            "Only orders whose customer belongs to the same tenant",
            "An order and its customer always do. The question is whether it is the tenant of the request.",
            (Seam(PLACE, order_list_of_own_customers),),
        ),
    ),
    effect=Effect("rows_answered", on="constant"),
    arrange=arrange,
    databases=("sqlite",),  # on PostgreSQL row security returns nothing, whatever the code forgets
)
