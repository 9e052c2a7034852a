"""Orders without their tenant: whoever guesses a number reads and changes another company's order."""

from __future__ import annotations

from django.db.models import F, QuerySet

from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def order_list():
    """All orders, newest first, with their customers. A queryset of its own, for its `select_related`."""
    return QuerySet(Order).select_related("customer")


def order_list_of_active_tenants():
    return QuerySet(Order).select_related("customer").filter(tenant__is_active=True)


def order_list_of_own_customers():
    return QuerySet(Order).select_related("customer").filter(customer__tenant=F("tenant"))


def seam(code):
    return (Seam("apps.orders.selectors:order_list", code),)


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
        "not ours. I tried the next number, and there was another one. Can they see ours?"
    ),
    hints=(
        "Ask for an order of another tenant, and for one that does not exist. Are the answers equal?",
        "Where does a query get its tenant from?",
        "The manager adds the tenant. What does a queryset have that did not come from the manager?",
    ),
    root_cause=(
        "The selector builds its queryset without the manager, which is what adds the tenant. Row security on "
        "PostgreSQL stops it all the same; SQLite has no second wall for reading."
    ),
    changes=seam(order_list),
    tests={
        "tests/isolation/test_attacks.py::test_an_attack_tells_and_changes_nothing[GET orders/{id}/-path id-both]": "tells",  # noqa: E501
        "tests/isolation/test_attacks.py::test_an_attack_tells_and_changes_nothing[GET orders/-filter-both]": "tells",
    },
    decoys=(
        Decoy(
            "Only orders of active tenants",
            "The other company is active as well.",
            seam(order_list_of_active_tenants),
        ),
        Decoy(
            "Only orders whose customer is of the same tenant",
            "Every order and its customer are of one tenant. The question is whether it is the one who asks.",
            seam(order_list_of_own_customers),
        ),
    ),
    effect=Effect("rows_answered", on="constant"),
    arrange=arrange,
    databases=("sqlite",),  # on PostgreSQL row security returns nothing, whatever the code forgets
)
