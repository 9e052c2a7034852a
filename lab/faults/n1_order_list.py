"""Render instances with the serializer, as tutorials do: one query per order for its customer, one for its items."""

from __future__ import annotations

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.api.rows:read"
IMPORTERS = ("apps.api.pagination",)


def read(serializer_class, queryset):
    """Return the rows of `queryset` as the serializer renders them."""
    return serializer_class(queryset, many=True).data


def read_with_customers(serializer_class, queryset):
    if hasattr(queryset.model, "customer"):
        queryset = queryset.select_related("customer")
    return serializer_class(queryset, many=True).data


def read_with_items(serializer_class, queryset):
    if hasattr(queryset.model, "items"):
        queryset = queryset.prefetch_related("items")
    return serializer_class(queryset, many=True).data


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n))
    return Call("GET", "/api/v1/orders/?page_size=200")


FAULT = Fault(
    slug="n1-order-list",
    title="The order list asks the database once per order",
    kind="performance",
    difficulty="easy",
    ticket=(
        "The list of orders was fast when we started. Now that we show 200 per page it takes seconds. It depends on "
        "the size of the page, not on the number of orders that we have."
    ),
    hints=(
        "Look at Server-Timing: how many statements does a page of 5 orders take, and how many a page of 50?",
        "Two of the fields come from other tables.",
        "A serializer that follows an order to its customer and items queries each of them when it gets there.",
    ),
    root_cause=(
        "The list renders model instances with the serializer, which reads `customer.email` and `items` of each order. "
        "The queryset does not fetch these in advance, so each is a statement of its own: two more per order."
    ),
    changes=(Seam(PLACE, read, IMPORTERS),),
    tests={
        "tests/orders/test_views.py::test_order_list_statements_are_constant": 'FROM "customers_customer"',
        "tests/orders/test_views.py::test_customer_order_list_statements_are_constant": 'FROM "customers_customer"',
    },
    decoys=(
        Decoy(
            "select_related for the customer",
            "One of the two statements per order is gone. The items are still fetched order by order.",
            (Seam(PLACE, read_with_customers, IMPORTERS),),
        ),
        Decoy(
            "prefetch_related for the items",
            "The items take one statement. The customers still take one per order.",
            (Seam(PLACE, read_with_items, IMPORTERS),),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
)
