"""Every page counts the whole list, for the one client that shows "page 1 of 500"."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError

from apps.orders.models import Order
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def _read_flag(name, text):
    """Whether the flag is on. Clients want the count, so it is on by default."""
    if text not in (None, "true", "false"):
        raise ValidationError({name: "Either true or false."})
    return text != "false"


def order_list():
    """All orders of the current tenant, unsorted, which makes them cheap to count."""
    return Order.objects.order_by()


def _read_flag_or_empty(name, text):
    if text not in (None, "", "true", "false"):
        raise ValidationError({name: "Either true or false."})
    return text in (None, "true")


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", "/api/v1/orders/?page_size=2")


FAULT = Fault(
    slug="count-every-page",
    title="Every page of a list counts the whole list",
    kind="performance",
    difficulty="medium",
    ticket=(
        "Scrolling through our orders gets slower every month, although a page still has 20 rows. Since your last "
        "release the response has a field `count`, which we do not use."
    ),
    hints=(
        "What is new in the response, and what does it cost?",
        "Each page takes one more statement. How many rows does that have to read?",
        "A client that does not ask for the count should not pay for it.",
    ),
    root_cause=(
        "`count` is on unless a client turns it off. The number of statements per page is constant, 3 instead of 2, "
        "so a test of growth does not see it; but a COUNT reads every row that matches."
    ),
    changes=(Seam("apps.api.pagination:_read_flag", _read_flag),),
    tests={
        "tests/orders/test_views.py::test_order_list_statements_are_constant": "SELECT COUNT(*)",
        "tests/api/test_pagination.py::test_the_cursor_is_one_comparison_of_row_values": "SELECT COUNT(*)",
    },
    decoys=(
        Decoy(
            "Count without sorting",
            "Django leaves ORDER BY out of a COUNT anyway. The list is still counted.",
            (Seam("apps.orders.selectors:order_list", order_list),),
        ),
        Decoy(
            "Let an empty parameter turn it off",
            "A client that does not send the parameter still pays.",
            (Seam("apps.api.pagination:_read_flag", _read_flag_or_empty),),
        ),
    ),
    effect=Effect("statements", on="constant"),
    arrange=arrange,
)
