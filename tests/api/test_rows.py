"""Rendering straight from rows gives the same output as the serializer gives for model instances."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from hypothesis import HealthCheck, given, reject
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from model_bakery import baker
from rest_framework import renderers, serializers

from apps.api.checks import row_serializers
from apps.api.renderers import JSONRenderer
from apps.api.rows import read, read_one
from apps.api.shapes import shape_of
from apps.api.strict import StrictModelSerializer
from apps.customers.models import Customer
from apps.orders.models import Item, Order
from apps.orders.serializers import OrderSerializer
from tests.isolation.two_tenants import undone
from tests.support.texts import plain_text

SERIALIZERS = row_serializers()
TIME = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(timezone.utc))
LARGEST = 2**40  # a sum of many fits its column


def values_of(model: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Generate values for the columns of a new row. model-bakery fills relations and the other types."""
    return st.fixed_dictionaries({
        column.name: st.none() | values if column.null else values
        for column in model._meta.concrete_fields
        if not column.is_relation and not column.primary_key and (values := _values_of(column)) is not None
    })  # fmt: skip


def _values_of(column: models.Field) -> st.SearchStrategy[Any] | None:
    if column.choices:
        return st.sampled_from([value for value, _ in column.flatchoices])
    if isinstance(column, models.IntegerField):
        least = [validator.limit_value for validator in column.validators if isinstance(validator, MinValueValidator)]
        most = [validator.limit_value for validator in column.validators if isinstance(validator, MaxValueValidator)]
        return st.integers(max([-LARGEST, *least]), min([LARGEST, *most]))
    if isinstance(column, models.BooleanField):
        return st.booleans()
    if isinstance(column, models.DateTimeField):
        return TIME
    if isinstance(column, models.CharField | models.TextField) and not isinstance(column, models.EmailField):
        return plain_text(max_size=min(column.max_length or 20, 20))
    return None


def make(model: Any, **values: Any) -> Any:
    """Write a row, or discard the example if a constraint of the model refuses it."""
    row = baker.prepare(model, _save_related=True, **values)
    try:
        row.validate_constraints()
    except ValidationError:
        reject()
    row.save()
    return row


def test_serializers_of_the_views_are_rendered_from_rows():
    assert SERIALIZERS != []


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda each: each.__name__)
@given(data=st.data())
@hypothesis_settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_rows_equal_the_serializers_output_for_instances(serializer, data):
    model, inside = serializer.Meta.model, shape_of(serializer).lists
    with undone():
        made = [make(model, **values) for values in data.draw(st.lists(values_of(model), min_size=1, max_size=3))]
        for each in inside.values():
            for place, row in enumerate(made):
                # The first row has lists that are not empty.
                for values in data.draw(st.lists(values_of(each.model), min_size=place == 0, max_size=3)):
                    make(each.model, **{each.key: row.pk}, **values)
        queryset = model.objects.filter(pk__in=[row.pk for row in made]).order_by("pk")

        rows = read(serializer, queryset)

        expected = renderers.JSONRenderer().render(serializer(queryset, many=True).data)
    assert json.loads(JSONRenderer().render(rows)) == json.loads(expected)
    assert [list(row) for row in rows] == [list(serializer().fields)] * len(made)
    assert [name for name in inside if not rows[0][name]] == []


class ShoutedField(serializers.CharField):
    def to_representation(self, value: str) -> str:
        return super().to_representation(value).upper()


@pytest.mark.usefixtures("in_acme")
def test_overridden_to_representation_of_a_field_is_called():
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
        read(OrderSerializer, Order.objects.all())

    assert len(statements) == min(size, 1) + 1, statements.sql


@pytest.mark.usefixtures("in_acme")
def test_missing_row_raises_does_not_exist():
    with pytest.raises(Order.DoesNotExist):
        read_one(OrderSerializer, Order.objects.all, 1)


# (field, its value for an order of 7 cents that was paid on 2026-01-02). Rows leave to the renderer what it converts.
CONVERTED = {
    "text of a number": (serializers.CharField(source="total_cents"), "7"),
    "day": (serializers.DateTimeField(source="paid_at", format="%d.%m.%Y"), "02.01.2026"),
    "zone": (
        serializers.DateTimeField(source="paid_at", default_timezone=ZoneInfo("Asia/Kolkata")),
        "2026-01-02T05:30:00+05:30",
    ),
    "big integer": (serializers.BigIntegerField(source="total_cents", coerce_to_string=True), "7"),
    "decimal": (serializers.DecimalField(source="total_cents", max_digits=9, decimal_places=2), "7.00"),
    "nothing": (serializers.CharField(source="shipped_at"), None),
}


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize(("field", "expected"), CONVERTED.values(), ids=CONVERTED)
def test_a_value_of_another_type_than_its_field_is_converted(order_worth, field, expected):
    class Shown(StrictModelSerializer):
        shown = field

        class Meta:
            model = Order
            fields = ["shown"]

    order_worth(7, status="paid", paid_at="2026-01-02T00:00:00Z")

    rows = read(Shown, Order.objects.all())

    assert rows == [{"shown": expected}]
    assert rows == Shown(Order.objects.all(), many=True).data
