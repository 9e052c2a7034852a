from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models.signals import post_save

from apps.orders import lifecycle, selectors, services
from apps.orders.models import Order
from lab.core.fault import Decoy, LabError, Receiver, Seam
from lab.core.loader import find_faults
from lab.core.switch import check, switched_on

(FAULT,) = find_faults(["archived-revenue"])


def cancel_order(*, order_id): ...


def cancel_order_of(*, order_id, reason): ...


def test_a_fault_replaces_the_code_inside_the_block_only():
    right = selectors.revenue_orders

    with switched_on(FAULT):
        inside = selectors.revenue_orders

    assert inside is FAULT.changes[0].code
    assert selectors.revenue_orders is right


def test_a_decoy_replaces_the_faults_change_at_the_same_place():
    with switched_on(FAULT, FAULT.decoys[0]):
        inside = selectors.revenue_orders

    assert inside is FAULT.decoys[0].changes[0].code


def test_a_decoy_elsewhere_comes_on_top():
    decoy = Decoy("", "", (Seam("apps.orders.services:cancel_order", cancel_order),))

    with switched_on(FAULT, decoy):
        inside = (selectors.revenue_orders, services.cancel_order)

    assert inside == (FAULT.changes[0].code, cancel_order)


def test_a_receiver_listens_inside_the_block_only():
    listeners = len(post_save.receivers)

    with switched_on(replace(FAULT, changes=(Receiver(post_save, Order, cancel_order),))):
        inside = len(post_save.receivers)

    assert (inside, len(post_save.receivers)) == (listeners + 1, listeners)


def test_a_constant_can_be_a_seam():
    move = lifecycle.Move("cancel", (), lifecycle.Status.CANCELLED, "cancelled_at", lifecycle.EventKind.CANCELLED)

    with switched_on(replace(FAULT, changes=(Seam("apps.orders.lifecycle:CANCEL", move),))):
        inside = lifecycle.CANCEL

    assert inside is move
    assert lifecycle.CANCEL is not move


@pytest.mark.parametrize(
    ("seam", "message"),
    [
        (Seam("apps.orders.services:cancel", cancel_order), "renamed or moved"),
        (Seam("apps.orders.service:cancel_order", cancel_order), "There is no module apps.orders.service"),
        (Seam("apps.orders.views:OrdersView.cancel", cancel_order), "renamed or moved"),
        # An imported name and an inherited one.
        (Seam("apps.orders.selectors:revenue", cancel_order), "is not defined in"),
        (Seam("apps.orders.views:OrderViewSet.list", cancel_order), "renamed or moved"),
        (Seam("apps.orders.services:cancel_order", cancel_order_of), r"takes \(\*, order_id: int\)"),
        (Seam("apps.orders.services:cancel_order", "cancel_order"), "is a function, the fault's a str"),
        (Seam("apps.orders.services:cancel_order", cancel_order, ("apps.orders.views",)), "does not import"),
    ],
)
def test_a_seam_that_is_not_what_it_was_is_an_error(seam, message):
    with pytest.raises(LabError, match=message):
        check(seam)


def test_nothing_is_changed_when_one_of_several_seams_is_gone():
    right = selectors.revenue_orders
    gone = Seam("apps.orders.services:cancel", cancel_order)

    with pytest.raises(LabError), switched_on(replace(FAULT, changes=(*FAULT.changes, gone))):
        pass

    assert selectors.revenue_orders is right
