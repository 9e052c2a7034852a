"""`manage.py check` reports serializer fields that the fast row renderer would render differently from DRF.

Each report names a replacement.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import path
from rest_framework import serializers
from rest_framework.routers import SimpleRouter

from apps.api.checks import row_serializers, serializers_read_as_rows
from apps.api.rows import read
from apps.api.shapes import problems
from apps.api.strict import StrictModelSerializer
from apps.api.viewsets import ListViewSet
from apps.customers.models import Customer
from apps.orders.models import Item, Order


class Email(StrictModelSerializer):
    class Meta:
        model = Customer
        fields = ["email"]


class Loud(serializers.ListSerializer):
    def to_representation(self, data: Any) -> Any:
        return [{"loud": True}]


class Shouted(StrictModelSerializer):
    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {"name": instance.name.upper()}

    class Meta:
        model = Customer
        fields = ["name"]


class Listed(StrictModelSerializer):
    class Meta:
        model = Customer
        fields = ["name"]
        list_serializer_class = Loud


class Lengths(serializers.IntegerField):
    def get_attribute(self, instance: Any) -> int:
        return len(instance.status)


class NumberedKey(serializers.PrimaryKeyRelatedField):
    def to_representation(self, value: Any) -> str:
        return f"#{value.pk}"


class LengthOfStatus(serializers.Field):
    def to_representation(self, value: Any) -> int:
        return len(value)


def serializer_of(model: Any, **fields: serializers.Field) -> Any:
    meta = type("Meta", (), {"model": model, "fields": list(fields)})
    return type("Shown", (StrictModelSerializer,), {**fields, "Meta": meta})


# A field of an order -> why it is refused, and the alternative's beginning.
REFUSED = {
    "method": (serializers.SerializerMethodField(), "comes from no column", "Name one, as in CharField("),
    "string": (serializers.StringRelatedField(source="customer"), "is a StringRelatedField", "Take a field of"),
    "slug": (
        serializers.SlugRelatedField(source="customer", slug_field="email", read_only=True),
        "is a SlugRelatedField",
        'Name the column: CharField(source="customer.email", read_only=True).',
    ),
    "hyperlink": (
        serializers.HyperlinkedRelatedField(source="customer", view_name="customer-detail", read_only=True),
        "is a HyperlinkedRelatedField",
        "Take a field of",
    ),
    "keys": (
        serializers.PrimaryKeyRelatedField(source="items", many=True, read_only=True),
        "is a ManyRelatedField",
        "Take a field of",
    ),
    "own key": (NumberedKey(source="customer", read_only=True), "is a NumberedKey", "Take a field of"),
    "nested": (
        Email(source="customer", read_only=True),
        "is a serializer inside",
        'Show each value by itself, as in CharField(source="customer.email", read_only=True).',
    ),
    "nested list": (Email(source="customer", many=True, read_only=True), "is no list of rows", "Its source is"),
    "file": (serializers.FileField(source="status", read_only=True), "is a FileField", "Take a field of"),
    "unknown type": (LengthOfStatus(source="status", read_only=True), "is a LengthOfStatus", "Take a field of"),
    "attribute": (Lengths(source="status", read_only=True), "has its own get_attribute", "Override to_repr"),
    "display": (
        serializers.CharField(source="get_status_display", read_only=True),
        "comes from no column of Order",
        "Show a column;",
    ),
    "object": (serializers.IntegerField(source="customer", read_only=True), "is a relation", "Show its key, as in"),
    "many": (serializers.CharField(source="items.sku", read_only=True), "is a relation", "Show its key, as in"),
}


@pytest.mark.parametrize(("field", "why", "instead"), REFUSED.values(), ids=REFUSED)
def test_field_that_rows_would_render_differently_is_refused(field, why, instead):
    shown = serializer_of(Order, shown=field)

    (problem,) = problems(shown)

    assert problem.where == "Shown.shown"
    assert (problem.why[: len(why)], problem.instead[: len(instead)]) == (why, instead)
    with pytest.raises(TypeError, match=f"^Shown.shown {why}"):
        read(shown, Order.objects.all())


@pytest.mark.parametrize(("allowed", "expected"), [({}, ["Shown.email"]), ({"allow_null": True}, [])])
def test_field_across_a_nullable_foreign_key_must_allow_null(monkeypatch, allowed, expected):
    monkeypatch.setattr(Order._meta.get_field("customer"), "null", True)
    shown = serializer_of(Order, email=serializers.EmailField(source="customer.email", read_only=True, **allowed))

    assert [problem.where for problem in problems(shown)] == expected


@pytest.mark.parametrize("serializer", [Shouted, Listed])
def test_serializer_that_overrides_to_representation_is_refused(serializer):
    (problem,) = problems(serializer)

    assert problem.where == serializer.__name__
    assert problem.why.endswith("own to_representation, which rows bypass")


def test_fields_of_a_nested_list_are_checked():
    class Line(StrictModelSerializer):
        order = serializers.StringRelatedField()

        class Meta:
            model = Item
            fields = ["order"]

    shown = serializer_of(Order, items=Line(many=True, read_only=True))

    assert [problem.where for problem in problems(shown)] == ["Line.order"]


def test_every_serializer_of_the_service_passes():
    assert serializers_read_as_rows(None) == []
    assert row_serializers() != []


def test_check_names_the_serializer_the_field_and_the_alternative(settings):
    class OrderViewSet(ListViewSet):
        queryset = Order.objects.all()
        serializer_class = serializer_of(Order, customer=serializers.StringRelatedField())

    router = SimpleRouter(use_regex_path=False)
    router.register("orders", OrderViewSet)
    settings.ROOT_URLCONF = (path("", lambda request: None), *router.urls)

    with pytest.raises(SystemCheckError) as refusal:
        call_command("check")

    assert (
        "(rows.E001) Shown.customer is a StringRelatedField, which may need an object.\n"
        '\tHINT: Take a field of a column\'s value, as in CharField(source="customer.name", read_only=True).'
    ) in str(refusal.value)
