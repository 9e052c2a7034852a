"""Rows through the serializer, as every tutorial does it: one query per order for its customer, one for its items."""

from __future__ import annotations

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def read(serializer_class, queryset):
    """The rows of `queryset` as the serializer shows them."""
    return serializer_class(queryset, many=True).data


def read_with_customers(serializer_class, queryset):
    if hasattr(queryset.model, "customer"):
        queryset = queryset.select_related("customer")
    return serializer_class(queryset, many=True).data


def read_with_items(serializer_class, queryset):
    if hasattr(queryset.model, "items"):
        queryset = queryset.prefetch_related("items")
    return serializer_class(queryset, many=True).data


def seam(code):
    return (Seam("apps.api.rows:read", code, importers=("apps.api.pagination",)),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n))
    return Call("GET", "/api/v1/orders/?page_size=200")


FAULT = Fault(
    slug="n1-order-list",
    title="The order list asks the database once per order",
    kind="performance",
    difficulty="easy",
    ticket=(
        "The list of orders was quick when we started. Now that we show 200 a page it takes seconds, and it gets worse "
        "with the size of the page, not with the number of orders we have."
    ),
    hints=(
        "Look at Server-Timing: how many statements does a page of 5 orders take, and how many one of 50?",
        "Two of the columns shown come from other tables.",
        "A serializer that walks from an order to its customer and items asks for each of them when it gets there.",
    ),
    root_cause=(
        "The list renders model instances with the serializer, which reads `customer.email` and `items` of each order. "
        "Nothing told the queryset to bring them along, so each is a statement of its own: two more per order."
    ),
    changes=seam(read),
    tests={
        "tests/orders/test_views.py::test_order_list_costs_the_same_at_any_size": 'FROM "customers_customer"',
        "tests/orders/test_views.py::test_customer_order_list_costs_the_same_at_any_size": 'FROM "customers_customer"',
    },
    decoys=(
        Decoy(
            "select_related for the customer",
            "One of the two statements per order is gone; the items are still asked for order by order.",
            seam(read_with_customers),
        ),
        Decoy(
            "prefetch_related for the items",
            "The items come in one statement, the customer of each order still in one of its own.",
            seam(read_with_items),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
)
