from __future__ import annotations

from dataclasses import replace

import pytest
from model_bakery import baker

from apps.orders import lifecycle, services
from apps.orders.models import Order, OrderEvent

pytestmark = pytest.mark.usefixtures("in_acme")


@pytest.mark.parametrize(
    ("status", "move", "kind"),
    [
        ("draft", services.pay_order, "paid"),
        ("paid", services.ship_order, "shipped"),
        ("draft", services.cancel_order, "cancelled"),
        ("paid", services.cancel_order, "cancelled"),
    ],
)
def test_move_sets_the_timestamp_and_writes_one_event(count, status, move, kind):
    order = baker.make(Order, status=status, paid_at="2026-01-01T00:00:00Z" if status == "paid" else None)

    # 1. the order, if it still is in a source status  2. the event
    with count() as statements:
        move(order_id=order.pk)

    assert len(statements) == 2, statements.sql
    order.refresh_from_db()
    event = OrderEvent.objects.get()
    assert (order.status, event.kind, event.order) == (kind, kind, order)
    assert getattr(order, f"{kind}_at") == event.created_at == order.updated_at


@pytest.mark.parametrize(
    ("status", "move", "allowed"),
    [
        ("draft", services.ship_order, ["pay", "cancel"]),
        ("paid", services.pay_order, ["ship", "cancel"]),
        ("shipped", services.cancel_order, []),
        ("cancelled", services.cancel_order, []),
        ("cancelled", services.pay_order, []),
    ],
)
def test_refused_move_names_the_allowed_ones_and_writes_nothing(status, move, allowed):
    order = baker.make(Order, status=status, paid_at="2026-01-01T00:00:00Z")

    with pytest.raises(services.MoveNotAllowed) as refusal:
        move(order_id=order.pk)

    assert refusal.value.members == {"order_status": status, "allowed": allowed}
    order.refresh_from_db()
    assert (order.status, OrderEvent.objects.count()) == (status, 0)


@pytest.mark.parametrize("status", ["draft", "paid", "shipped", "cancelled"])
def test_archive_keeps_the_status_and_writes_one_event(status):
    order = baker.make(Order, status=status, paid_at="2026-01-01T00:00:00Z")

    for _ in range(2):
        services.archive_order(order_id=order.pk)
    archived = Order.objects.get()
    for _ in range(2):
        services.unarchive_order(order_id=order.pk)

    assert archived.archived_at is not None
    assert (Order.objects.get().archived_at, Order.objects.get().status) == (None, status)
    assert list(OrderEvent.objects.order_by("id").values_list("kind", flat=True)) == ["archived", "unarchived"]


def test_move_of_a_missing_order_raises_does_not_exist():
    with pytest.raises(Order.DoesNotExist):
        services.pay_order(order_id=1)


@pytest.mark.usefixtures("in_acme")
def test_move_writes_its_event_kind(monkeypatch):
    monkeypatch.setattr(lifecycle, "PAY", replace(lifecycle.PAY, event=lifecycle.EventKind.ARCHIVED))
    order = baker.make(Order)

    services.pay_order(order_id=order.pk)

    assert OrderEvent.objects.get().kind == "archived"
