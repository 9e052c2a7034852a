from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.lookups import In

from apps.customers import selectors as customers
from apps.customers.emails import normalize_part
from apps.database.compiled import Parameter, compiled, row_exists
from apps.orders.lifecycle import revenue
from apps.orders.models import Item, Order, OrderEvent

FEW_CUSTOMERS = 200


def order_list() -> QuerySet[Order]:
    """All orders of the current tenant."""
    return Order.objects.all()


def order_exists(order_id: int) -> bool:
    """Whether the current tenant has such an order."""
    return row_exists(order_list, order_id)


def orders_with_email(orders: QuerySet[Order], part: str, *, counted: bool) -> QuerySet[Order]:
    """Those of `orders` whose customer's e-mail address contains `part`; `counted` if all of them will be counted.

    Reads up to FEW_CUSTOMERS customers. Without statistics the planner takes any pattern for rare: on SQLite, and
    under row security where LIKE is not leakproof. So this decides instead: the orders of a few customers, or the
    orders one after the other, each with its customer's address, until a page is full. A count visits all anyway.

    Without the CASE, PostgreSQL would take the address for one in 200, and sort every order that the other filters
    leave rather than walk them in order. It takes a CASE for true in one row of two. It names the order's
    id, or SQLite would read all customers first.
    """
    needle = normalize_part(part)
    # Without its domain first: many customers share that one, and the index would have to read long lists.
    for searched in dict.fromkeys((needle.partition("@")[0] or needle, needle)):
        few = _first_customers(FEW_CUSTOMERS + 1)(searched)
        if len(few) <= FEW_CUSTOMERS:
            # Not `customer__in`, with which Django would prepare each id as the value of a foreign key.
            return orders.filter(In(F("customer_id"), [pk for pk, email in few if needle in email]))
    if counted:
        return orders.filter(customer__in=customers.customers_with_email(customers.customer_list(), needle))
    matches = When(customer__email__contains=needle, pk=F("pk"), then=Value(True))
    return orders.filter(Case(matches, default=Value(False)))


@compiled
def _first_customers(limit: int) -> QuerySet[Any, Any]:
    """Return at most `limit` customers whose e-mail address contains the text that each run is given."""
    matching = customers.customer_list().filter(email__contains=Parameter(0, TextField()))
    return matching.values_list("pk", "email")[:limit]


def customer_order_list(*, customer_id: int) -> QuerySet[Order]:
    """The orders of one customer. Raises Customer.DoesNotExist, which an empty list would hide."""
    customer = customers.customer_list().only("pk").get(pk=customer_id)
    return order_list().filter(customer=customer)


def item_list() -> QuerySet[Item]:
    """All items of the current tenant."""
    return Item.objects.all()


def event_list() -> QuerySet[OrderEvent]:
    """The history of all orders of the current tenant."""
    return OrderEvent.objects.all()


def order_event_list(*, order_id: int) -> QuerySet[OrderEvent]:
    """The history of one order. Raises Order.DoesNotExist, which an empty list would hide."""
    order = order_list().only("pk").get(pk=order_id)
    return event_list().filter(order=order)


def revenue_orders() -> QuerySet[Order]:
    """The orders that count as revenue: paid or shipped, and not archived."""
    return Order.objects.filter(revenue())
