"""Items are prefetched, and then queried again in a way that cannot use the prefetched rows."""

from __future__ import annotations

from django.db.models import Prefetch

from apps.orders.models import Item, Order
from apps.orders.serializers import OrderItemSerializer, OrderSerializer
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.api.rows:read"
IMPORTERS = ("apps.api.pagination",)


def read(serializer_class, queryset):
    """Return the rows of `queryset` as the serializer renders them, with an order's relations prefetched."""
    if queryset.model is not Order:
        return serializer_class(queryset, many=True).data
    orders = list(queryset.select_related("customer").prefetch_related("items"))
    rows = OrderSerializer(orders, many=True).data
    for row, order in zip(rows, orders, strict=True):
        row["items"] = OrderItemSerializer(order.items.order_by("id"), many=True).data
    return rows


def read_prefetched_in_order(serializer_class, queryset):
    if queryset.model is not Order:
        return serializer_class(queryset, many=True).data
    items = Prefetch("items", queryset=Item.objects.order_by("id"))
    orders = list(queryset.select_related("customer").prefetch_related(items))
    rows = OrderSerializer(orders, many=True).data
    for row, order in zip(rows, orders, strict=True):
        row["items"] = OrderItemSerializer(order.items.order_by("id"), many=True).data
    return rows


def read_sorted_in_python(serializer_class, queryset):
    if queryset.model is not Order:
        return serializer_class(queryset, many=True).data
    orders = list(queryset.select_related("customer").prefetch_related("items"))
    rows = OrderSerializer(orders, many=True).data
    for row, order in zip(rows, orders, strict=True):
        items = sorted(order.items.filter(quantity__gt=0), key=lambda item: item.pk)
        row["items"] = OrderItemSerializer(items, many=True).data
    return rows


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n))
    return Call("GET", "/api/v1/orders/?page_size=200")


FAULT = Fault(
    slug="n1-prefetch-defeated",
    title="The order list prefetches items and then queries them again",
    kind="performance",
    difficulty="hard",
    ticket=(
        "You told us that a prefetch fixed the slow list, and I can see it in the code. The list is exactly as slow as "
        "before; if anything, it reads more from the database now."
    ),
    hints=(
        "The prefetch works: its statement is among those that run. Which statements follow it?",
        "Prefetched rows serve `order.items.all()`, and nothing else.",
        "Each call of filter(), order_by() or values() makes a new query.",
    ),
    root_cause=(
        "`order.items.order_by('id')` is not the query that was prefetched, so it runs once per order. The prefetched "
        "rows are thrown away."
    ),
    changes=(Seam(PLACE, read, IMPORTERS),),
    tests={
        "tests/orders/test_views.py::test_order_list_statements_are_constant": 'FROM "orders_item"',
        "tests/orders/test_views.py::test_customer_order_list_statements_are_constant": 'FROM "orders_item"',
    },
    decoys=(
        Decoy(
            "Prefetch the items in the right order",
            "The prefetched rows are now sorted, but they are still not the rows that are shown.",
            (Seam(PLACE, read_prefetched_in_order, IMPORTERS),),
        ),
        Decoy(
            "Sort in Python",
            "The sorting takes no query any more, but the filter beside it does.",
            (Seam(PLACE, read_sorted_in_python, IMPORTERS),),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
)
