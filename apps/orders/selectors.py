from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.lookups import In

from apps.customers import selectors as customers
from apps.customers.emails import normalize_part
from apps.customers.models import Customer
from apps.database.compiled import Parameter, compiled, row_exists
from apps.database.recorded import TEXT, Recorded, narrow
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
            return _of_customers(orders, [pk for pk, email in few if needle in email])
    if counted:
        return orders.filter(customer__in=customers.customers_with_email(customers.customer_list(), needle))
    return narrow(orders, _with_matching_customer, values=[(needle, TEXT)])


def _of_customers(orders: QuerySet[Order], ids: list[int]) -> QuerySet[Order]:
    if not ids:
        return orders.none()
    # One statement for 5 to 8 ids: it is compiled, and planned, for their number.
    padded = ids + ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))
    return narrow(orders, _in_customers, values=[(pk, Order._meta.pk) for pk in padded])


def _in_customers(orders: QuerySet[Order], *ids: Any) -> QuerySet[Order]:
    # Not `customer__in`, which takes no parameters of a compiled statement.
    return orders.filter(In(F("customer_id"), ids))


def _with_matching_customer(orders: QuerySet[Order], needle: Any) -> QuerySet[Order]:
    matches = When(customer__email__contains=needle, pk=F("pk"), then=Value(True))
    return orders.filter(Case(matches, default=Value(False)))


@compiled
def _first_customers(limit: int) -> QuerySet[Any, Any]:
    """Return at most `limit` customers whose e-mail address contains the text that each run is given."""
    matching = customers.customer_list().filter(email__contains=Parameter(0, TextField()))
    return matching.values_list("pk", "email")[:limit]


def customer_order_list(*, customer_id: int) -> Recorded:
    """The orders of one customer. Raises Customer.DoesNotExist, which an empty list would hide."""
    if not customers.customer_exists(customer_id):
        raise Customer.DoesNotExist
    return Recorded(order_list, Order).filter(customer_id=customer_id)


def item_list() -> QuerySet[Item]:
    """All items of the current tenant."""
    return Item.objects.all()


def event_list() -> QuerySet[OrderEvent]:
    """The history of all orders of the current tenant."""
    return OrderEvent.objects.all()


def order_event_list(*, order_id: int) -> Recorded:
    """The history of one order. Raises Order.DoesNotExist, which an empty list would hide."""
    if not order_exists(order_id):
        raise Order.DoesNotExist
    return Recorded(event_list, OrderEvent).filter(order_id=order_id)


def revenue_orders() -> QuerySet[Order]:
    """The orders that count as revenue: paid or shipped, and not archived."""
    return Order.objects.filter(revenue())
