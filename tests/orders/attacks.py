from __future__ import annotations

from apps.customers.models import Customer
from apps.orders.lifecycle import Status
from apps.orders.models import Item, Order, OrderEvent
from tests.support.attacks import CHANGE, DAY, KEY, LIST, READ, Marks

LINE = "items.quantity items.sku items.unit_price_cents"
ORDER_FILTERS = "archived count created_from created_to customer email max_total_cents min_total_cents page_size status"
EVENT_FILTERS = "count created_from created_to kind page_size"
ORDER_FIELDS = {"mass assignment": "archived_at cancelled_at customer_email paid_at shipped_at updated_at"}
ORDER_BODY = {"body key": "customer", "value": LINE, "nested item": "items", **ORDER_FIELDS}
ITEM_BODY = {"body key": "order", "value": "quantity sku unit_price_cents", "mass assignment": ""}
ROWS = {
    "GET customers/{customer_id}/orders/": {"path id": "customer_id", "filter": ORDER_FILTERS, **LIST},
    "GET orders/": {"filter": ORDER_FILTERS, **LIST},
    "POST orders/": {**KEY, **ORDER_BODY},
    "GET orders/{id}/": READ,
    "PATCH orders/{id}/": {**CHANGE, **ORDER_BODY},
    "DELETE orders/{id}/": {**CHANGE, "mass assignment": ""},
    **{
        f"POST orders/{{id}}/{action}/": {**CHANGE, **ORDER_FIELDS}
        for action in ("archive", "cancel", "pay", "ship", "unarchive")
    },
    "GET orders/{order_id}/events/": {"path id": "order_id", "filter": EVENT_FILTERS, **LIST},
    "GET events/": {"filter": EVENT_FILTERS.replace("page_size", "order page_size"), **LIST},
    "GET items/": {"filter": "count order page_size", **LIST},
    "POST items/": {**KEY, **ITEM_BODY},
    "GET items/{id}/": READ,
    "PATCH items/{id}/": {**CHANGE, **ITEM_BODY},
    "DELETE items/{id}/": {**CHANGE, "mass assignment": ""},
}
FILTERS = {
    "email": ["@", "canary", "buyer@canary.example.com"],
    "kind": ["paid", "shipped,cancelled"],
    "status": ["draft", "paid,shipped", "cancelled"],
    "created_from": ["2023-06-01", DAY],
    "created_to": [DAY, "2024-06-30"],
}
WIDEST = {"archived": "all"}


def populate(marks: Marks) -> None:
    """Write an order in each state, all of one customer's, with its items and history."""
    customer = Customer.objects.earliest("pk")
    dates = {"created_at": marks.time, "updated_at": marks.time}
    orders = Order.objects.bulk_create(
        Order(
            pk=next(marks.ids), customer=customer, status=status, paid_at=marks.time, archived_at=archived_at, **dates
        )
        for status, archived_at in [*((status, None) for status in Status), (Status.PAID, marks.time)]
    )
    Item.objects.bulk_create(
        Item(
            pk=next(marks.ids), order=order, sku=f"{marks.word}-{n}",
            quantity=marks.quantity + n, unit_price_cents=marks.cents + n,
        )
        for n, order in enumerate([orders[0], *orders])
    )  # fmt: skip
    OrderEvent.objects.bulk_create(
        OrderEvent(
            pk=next(marks.ids), order=order, kind=kind, created_at=marks.time,
            key_prefix=marks.word[:8], key_name=marks.word,
        )
        for order, kind in [*((order, order.status) for order in orders[1:]), (orders[-1], "archived")]
    )  # fmt: skip
