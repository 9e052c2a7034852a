"""Triggers maintain the totals, and one of them is missing: deleting an item leaves its price in the total."""

from __future__ import annotations

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.db.models.signals import post_delete

from apps.orders import triggers
from apps.orders.models import Item, Order
from apps.orders.services import OrderNeedsItem, _lock_draft
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Receiver, Seam

# Every trigger costs time on each statement, and items are only created or changed with their order.
TRIGGERS = [trigger for trigger in triggers.TRIGGERS if trigger.name != "order_total_on_item_delete"]


def delete_item(*, item_id):
    item = Item.objects.get(pk=item_id)
    order = _lock_draft(item.order_id)
    if not Item.objects.filter(order=order).exclude(pk=item.pk).exists():
        raise OrderNeedsItem("An order has at least one item; delete the order instead.")
    item.delete()
    # The database accepts only the sum of the items as the total, which this is.
    Order.objects.filter(pk=order.pk).update(total_cents=F("total_cents") - item.quantity * item.unit_price_cents)


def sum_up_again(sender, instance, **kwargs):
    cents = Coalesce(Sum(F("quantity") * F("unit_price_cents")), 0)
    total = Item.objects.filter(order_id=instance.order_id).aggregate(cents=cents)["cents"]
    Order.objects.filter(pk=instance.order_id).update(total_cents=total)


def arrange(n: int) -> Call:
    (order,) = factory.orders(factory.customers(1), items=n + 1)
    Item.objects.exclude(pk=Item.objects.earliest("pk").pk).delete()
    return Call("GET", f"/api/v1/orders/{order.pk}/")


FAULT = Fault(
    slug="stale-total-on-item-delete",
    title="Deleting an item leaves its price in the order's total",
    kind="correctness",
    difficulty="hard",
    ticket=(
        "A customer took the teapot out of the basket and was still charged for it. The order shows one mug for 7.90 "
        "and a total of 32.80. When I change the number of mugs, the total is right again."
    ),
    hints=(
        "Which changes to an order's items update its total, and which does not?",
        "No service computes the total. What does?",
        "`manage.py check --database default` finds missing triggers, but only those that are declared.",
    ),
    root_cause=(
        "Triggers on INSERT, UPDATE and DELETE of items maintain the total, and the one on DELETE is not declared, so "
        "it is not installed. The next INSERT or UPDATE computes the whole sum and hides the error."
    ),
    changes=(Seam("apps.orders.triggers:TRIGGERS", TRIGGERS),),
    tests={
        "tests/orders/test_views.py::test_item_is_written_while_its_order_is_a_draft": "assert 2250 == 900",
        "tests/orders/test_triggers.py::test_totals_are_true_after_every_kind_of_write[raw delete of items]": "1200",
    },
    decoys=(
        Decoy(
            "Subtract in the service",
            "The API is right again, but bulk deletes, imports and SQL do not go through the service.",
            (Seam("apps.orders.services:delete_item", delete_item),),
        ),
        Decoy(
            "Sum up again in a post_delete signal",
            "SQL sends no signals, and now the total is maintained in two places.",
            (Receiver(post_delete, Item, sum_up_again),),
        ),
    ),
    effect=Effect("cents_answered", on="linear"),
    arrange=arrange,
)
