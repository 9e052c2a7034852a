"""Prefetched, and then asked for again in another way."""

from __future__ import annotations

from django.db.models import Prefetch

from apps.orders.models import Item, Order
from apps.orders.serializers import OrderItemSerializer, OrderSerializer
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def read(serializer_class, queryset):
    """The rows of `queryset` as the serializer shows them, with what an order needs fetched ahead."""
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


def seam(code):
    return (Seam("apps.api.rows:read", code, importers=("apps.api.pagination",)),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(n))
    return Call("GET", "/api/v1/orders/?page_size=200")


FAULT = Fault(
    slug="n1-prefetch-defeated",
    title="The order list prefetches items and then asks for them again",
    kind="performance",
    difficulty="hard",
    ticket=(
        "You told us the slow list was cured with a prefetch, and in the code I can see it. It is exactly as slow as "
        "before; if anything, it reads more from the database now."
    ),
    hints=(
        "The prefetch is there: its statement is among those that run. What comes after it?",
        "Prefetched rows answer `order.items.all()`, and nothing else.",
        "Each of filter(), order_by(), count() with a condition and values() makes a new query.",
    ),
    root_cause=(
        "`order.items.order_by('id')` is another query than the one that was prefetched, so each order asks again. The "
        "prefetched rows are fetched and thrown away."
    ),
    changes=seam(read),
    tests={
        "tests/orders/test_views.py::test_order_list_costs_the_same_at_any_size": 'FROM "orders_item"',
        "tests/orders/test_views.py::test_customer_order_list_costs_the_same_at_any_size": 'FROM "orders_item"',
    },
    decoys=(
        Decoy(
            "Prefetch them in the right order",
            "Now the prefetched rows are in order, and are still not the ones that are shown.",
            seam(read_prefetched_in_order),
        ),
        Decoy(
            "Sort in Python",
            "The sorting is no query any more; the filter beside it is.",
            seam(read_sorted_in_python),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
)
