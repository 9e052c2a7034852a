from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.customers import selectors as customers
from apps.database.compiled import Parameter, compiled
from apps.orders.lifecycle import revenue
from apps.orders.models import Item, Order


def order_list() -> QuerySet[Order]:
    """All orders of the current tenant."""
    return Order.objects.all()


def order_exists(order_id: int) -> bool:
    """Whether the current tenant has such an order."""
    return bool(_by_id()(order_id))


@compiled
def _by_id() -> QuerySet[Any, Any]:
    return order_list().filter(pk=Parameter(0)).values_list("pk")


def customer_order_list(*, customer_id: int) -> QuerySet[Order]:
    """The orders of one customer. Raises Customer.DoesNotExist, which an empty list would hide."""
    customer = customers.customer_list().only("pk").get(pk=customer_id)
    return order_list().filter(customer=customer)


def item_list() -> QuerySet[Item]:
    """All items of the current tenant."""
    return Item.objects.all()


def revenue_orders() -> QuerySet[Order]:
    """The orders that count as revenue: paid or shipped, and not archived."""
    return Order.objects.filter(revenue())
