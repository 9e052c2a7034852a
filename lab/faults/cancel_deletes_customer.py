"""The bug that this project is named after: a signal receiver that neither the view nor the service mentions."""

from __future__ import annotations

from django.db.models.signals import post_save
from django.utils import timezone
from rest_framework.response import Response

from apps.api.strict import NoBodySerializer
from apps.customers.models import Customer
from apps.orders import lifecycle, services
from apps.orders.lifecycle import Status
from apps.orders.models import Order, OrderEvent
from apps.orders.serializers import OrderSerializer
from apps.orders.services import MoveNotAllowed
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Receiver, Seam


def cancel_order(*, order_id: int) -> Order:
    """draft or paid -> cancelled. Return the order, so that the view need not read it again."""
    order = Order.objects.select_related("customer").get(pk=order_id)
    if order.status not in lifecycle.CANCEL.sources:
        raise MoveNotAllowed(
            f"Cannot cancel an order that is {order.status}.",
            order_status=order.status,
            allowed=lifecycle.moves_from(order.status),
        )
    order.status = Status.CANCELLED
    order.cancelled_at = order.updated_at = timezone.now()
    OrderEvent.objects.create(order=order, kind=lifecycle.EventKind.CANCELLED, created_at=order.cancelled_at)
    order.save()
    return order


def cancel(self, request, pk):
    NoBodySerializer(data=request.data).is_valid(raise_exception=True)
    return Response(OrderSerializer(services.cancel_order(order_id=pk)).data)


def forget_customer_of_cancelled_order(sender, instance, **kwargs):
    """Keep no personal data of customers who cancel: they do not want to hear from us again."""
    if instance.status == Status.CANCELLED:
        # A customer with orders is protected, so these go first.
        Order.objects.filter(customer_id=instance.customer_id).delete()
        Customer.objects.filter(pk=instance.customer_id).delete()


def forget_customer_without_other_orders(sender, instance, **kwargs):
    if instance.status == Status.CANCELLED:
        others = Order.objects.filter(customer_id=instance.customer_id).exclude(pk=instance.pk)
        if not others.exists():
            Order.objects.filter(pk=instance.pk).delete()
            Customer.objects.filter(pk=instance.customer_id).delete()


def deactivate_customer_of_cancelled_order(sender, instance, **kwargs):
    if instance.status == Status.CANCELLED:
        Customer.objects.filter(pk=instance.customer_id).update(is_active=False)


def arrange(n: int) -> Call:
    orders = factory.orders(factory.customers(1), each=n)
    return Call("POST", f"/api/v1/orders/{orders[0].pk}/cancel/")


FAULT = Fault(
    slug="cancel-deletes-customer",
    title="Cancelling an order deletes its customer",
    kind="correctness",
    difficulty="medium",
    ticket=(
        "I cancelled one order of a good customer. The response was 200 and showed the order as cancelled. An hour "
        "later the customer was gone, and every order they ever made with them. Nobody pressed delete. Please bring "
        "them back!"
    ),
    hints=(
        "Compare the rows of every table before and after one cancel, not just the response.",
        "Neither the view nor the service deletes anything. What else runs when an order is saved?",
        "Look for functions that are connected to a model signal.",
    ),
    root_cause=(
        "A post_save receiver reacts to the status `cancelled`. It deletes the customer, and first all their orders, "
        "because a customer with orders is protected. It lives in a file that neither the view nor the service "
        "imports. The signal is sent because the service now saves the whole order."
    ),
    changes=(
        Seam("apps.orders.services:cancel_order", cancel_order),
        Seam("apps.orders.views:OrderViewSet.cancel", cancel),
        Receiver(post_save, Order, forget_customer_of_cancelled_order),
    ),
    tests={
        "tests/orders/test_regression.py::test_cancel_leaves_customer_and_siblings_as_they_were": "-             'is_active': True,",  # noqa: E501
        "tests/orders/test_regression.py::test_cancel_leaves_the_customer_readable_through_the_api": "No such customer.",  # noqa: E501
    },
    decoys=(
        Decoy(
            "Delete only customers without other orders",
            "A customer with one order is still deleted, together with the order that should be kept as cancelled.",
            (Receiver(post_save, Order, forget_customer_without_other_orders),),
        ),
        Decoy(
            "Deactivate the customer instead of deleting it",
            "Nothing is lost, but cancelling an order still changes its customer.",
            (Receiver(post_save, Order, deactivate_customer_of_cancelled_order),),
        ),
    ),
    effect=Effect("rows_deleted", on="linear"),
    arrange=arrange,
)
