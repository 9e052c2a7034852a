from __future__ import annotations

from itertools import count as numbers_from

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders import services
from apps.orders.models import MAX_ITEMS_PER_ORDER, Item, Order, OrderEvent

pytestmark = pytest.mark.usefixtures("in_acme")
LINE = {"sku": "TEA", "quantity": 2, "unit_price_cents": 450}


def test_create_order_takes_two_statements(count):
    customer = baker.make(Customer)

    # 1. the order  2. its items
    with count() as statements:
        order_id = services.create_order(customer_id=customer.pk, items=[LINE, LINE, LINE])

    assert len(statements) == 2, statements.sql
    order = Order.objects.get(pk=order_id)
    assert (order.status, order.total_cents, order.items.count()) == ("draft", 2700, 3)


def test_each_item_without_a_field_gets_its_own_default(monkeypatch):
    quantities = numbers_from(7)
    monkeypatch.setattr(Item._meta.get_field("quantity"), "get_default", lambda: next(quantities))
    short = {"sku": "TEA", "unit_price_cents": 450}

    order_id = services.create_order(customer_id=baker.make(Customer).pk, items=[LINE, short, short])

    stored = Item.objects.filter(order=order_id).order_by("pk").values_list("quantity", flat=True)
    assert list(stored) == [2, 7, 8]


def test_writing_items_updates_the_total():
    order = Order.objects.get(pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE]))

    totals = []
    item_id = services.create_item(order_id=order.pk, sku="POT", quantity=1, unit_price_cents=1000)
    totals.append(Order.objects.get().total_cents)
    services.update_item(item_id=item_id, quantity=3)
    totals.append(Order.objects.get().total_cents)
    services.delete_item(item_id=item_id)
    totals.append(Order.objects.get().total_cents)
    services.update_order(order_id=order.pk, items=[LINE, LINE])
    totals.append(Order.objects.get().total_cents)
    services.delete_item(item_id=Item.objects.latest("pk").pk)
    totals.append(Order.objects.get().total_cents)

    assert totals == [1900, 3900, 900, 1800, 900]


def test_delete_item_refuses_the_last_one():
    order = Order.objects.get(pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE]))

    with pytest.raises(services.OrderNeedsItem):
        services.delete_item(item_id=order.items.get().pk)

    assert Item.objects.count() == 1


def test_update_order_moves_it_to_another_customer():
    order = Order.objects.get(pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE]))
    other = baker.make(Customer)

    services.update_order(order_id=order.pk, customer_id=other.pk)

    order.refresh_from_db()
    assert (order.customer, order.total_cents) == (other, 900)


def test_delete_order_deletes_only_its_own_rows():
    order = Order.objects.get(pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE]))
    sibling = Order.objects.get(pk=services.create_order(customer_id=order.customer_id, items=[LINE]))
    services.archive_order(order_id=order.pk)

    services.delete_order(order_id=order.pk)

    assert list(Order.objects.all()) == [sibling]
    assert [item.order for item in Item.objects.all()] == [sibling]
    assert (OrderEvent.objects.count(), Customer.objects.count()) == (0, 1)


def test_create_item_refuses_one_too_many():
    order = Order.objects.get(
        pk=services.create_order(customer_id=baker.make(Customer).pk, items=[LINE] * MAX_ITEMS_PER_ORDER)
    )

    with pytest.raises(services.OrderFull):
        services.create_item(order_id=order.pk, **LINE)

    assert Item.objects.count() == MAX_ITEMS_PER_ORDER


@pytest.mark.parametrize("status", ["paid", "shipped", "cancelled"])
def test_only_a_draft_is_edited(status):
    order = baker.make(Order, status=status, paid_at="2026-01-01T00:00:00Z")
    item = baker.make(Item, order=order, **LINE)

    for edit in (
        lambda: services.update_order(order_id=order.pk, items=[]),
        lambda: services.delete_order(order_id=order.pk),
        lambda: services.create_item(order_id=order.pk, **LINE),
        lambda: services.update_item(item_id=item.pk, quantity=9),
        lambda: services.delete_item(item_id=item.pk),
    ):
        with pytest.raises(services.OrderNotDraft) as refusal:
            edit()
        assert refusal.value.members == {"order_status": status}

    assert list(Item.objects.values("sku", "quantity", "unit_price_cents")) == [LINE]
    assert Order.objects.get().total_cents == 900
