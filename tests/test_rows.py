"""An answer read as rows is what its serializer, which the schema documents, makes of the objects."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from django.urls import get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker
from rest_framework import renderers, serializers

from apps.customers.models import Customer
from apps.orders.lifecycle import Status
from apps.orders.models import MAX_QUANTITY, MAX_UNIT_PRICE_CENTS, Item, Order
from apps.rows import RowsMixin, read, read_one
from apps.strict import StrictModelSerializer
from config.api import JSONRenderer
from tests.texts import plain_text


def views(patterns: Any) -> set[Any]:
    found = set()
    for pattern in patterns:
        found |= views(getattr(pattern, "url_patterns", []))
        view = getattr(getattr(pattern, "callback", None), "cls", object)
        found |= {view} if issubclass(view, RowsMixin) else set()
    return found


SERIALIZERS = sorted(
    {view.serializer_class for view in views(get_resolver().url_patterns)}, key=lambda each: each.__name__
)
TEXT = plain_text(max_size=20)
TIME = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(timezone.utc))
LINES = st.lists(st.tuples(TEXT, st.integers(1, MAX_QUANTITY), st.integers(0, MAX_UNIT_PRICE_CENTS)), max_size=3)
ORDERS = st.lists(st.tuples(st.sampled_from(Status.values), TIME, st.none() | TIME, LINES), min_size=1, max_size=3)


def test_the_serializers_of_every_list_are_known():
    assert [each.__name__ for each in SERIALIZERS] == ["CustomerSerializer", "ItemSerializer", "OrderSerializer"]


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda each: each.__name__)
@given(name=TEXT, orders=ORDERS)
@hypothesis_settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_rows_are_what_the_serializer_makes_of_the_objects(serializer, name, orders):
    Order.objects.all().delete()
    Customer.objects.all().delete()
    customer = baker.make(Customer, name=name, is_active=len(name) > 10)
    for status, paid_at, archived_at, lines in orders:
        order = baker.make(
            Order, customer=customer, status=status, created_at=paid_at, paid_at=paid_at, archived_at=archived_at
        )
        for sku, quantity, unit_price_cents in lines:
            baker.make(Item, order=order, sku=sku, quantity=quantity, unit_price_cents=unit_price_cents)
    queryset = serializer.Meta.model.objects.order_by("pk")

    rows = read(serializer, queryset)

    expected = renderers.JSONRenderer().render(serializer(queryset, many=True).data)
    assert json.loads(JSONRenderer().render(rows)) == json.loads(expected)
    assert [list(row) for row in rows] == [list(serializer().fields)] * queryset.count()


class ShoutedField(serializers.CharField):
    def to_representation(self, value: str) -> str:
        return super().to_representation(value).upper()


@pytest.mark.usefixtures("in_acme")
def test_a_field_with_a_representation_of_its_own_is_asked_for_it():
    class Shown(StrictModelSerializer):
        name = ShoutedField()
        secret = serializers.CharField(write_only=True)

        class Meta:
            model = Customer
            fields = ["id", "name", "secret"]

    ada = baker.make(Customer, name="Ada")

    assert read_one(Shown, Customer.objects.all, ada.pk) == {"id": ada.pk, "name": "ADA"}


def test_a_field_without_a_column_is_refused_by_name():
    class Shown(StrictModelSerializer):
        age = serializers.SerializerMethodField()

        class Meta:
            model = Customer
            fields = ["id", "age"]

    with pytest.raises(TypeError, match=r"Shown\.age comes from no column"):
        read(Shown, Customer.objects.all())


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("size", [0, 1, 3])
def test_statements_are_one_and_one_for_the_items_inside(count, size):
    for _ in range(size):
        baker.make(Item, order=baker.make(Order), quantity=1, unit_price_cents=1, _quantity=2)

    # 1. orders with their customer's e-mail  2. their items, if there are orders
    with count() as statements:
        read(SERIALIZERS[2], Order.objects.all())

    assert len(statements) == min(size, 1) + 1, statements.sql


@pytest.mark.usefixtures("in_acme")
def test_a_row_that_is_not_there_does_not_exist():
    with pytest.raises(Customer.DoesNotExist):
        read_one(SERIALIZERS[0], Customer.objects.all, 1)
