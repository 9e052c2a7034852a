"""What a serializer shows, read as rows: no model instances, and no call per field and row.

The serializer stays the one description of an answer: names, columns and conversions are taken from its fields, so what
is documented and what is sent cannot drift. `tests/test_rows.py` holds the two equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, ForeignObjectRel, QuerySet
from django.db.models.lookups import In
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from apps.tenancy.compiled import Compiled, Parameter

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet as _GenericViewSet
else:
    _GenericViewSet = object  # DRF's would import the paginator, by way of the settings, and that imports this module.

Selector = Callable[[], QuerySet[Any, Any]]

# What these make of a value is what the renderer makes of it.
_AS_IT_IS = {
    kind.to_representation
    for kind in (
        serializers.BooleanField,
        serializers.CharField,
        serializers.ChoiceField,
        serializers.DateTimeField,
        serializers.IntegerField,
        serializers.PrimaryKeyRelatedField,
    )
}


@dataclass
class _Shape:
    """Where the values of a serializer's fields come from."""

    columns: dict[str, str] = field(default_factory=dict)
    conversions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    lists: dict[str, _List] = field(default_factory=dict)


@dataclass(eq=False)
class _List:
    """Where the rows of a list inside come from: those whose column `key` is the `id` of a row outside."""

    key: str
    shape: _Shape
    rows: QuerySet[Any, Any]  # every such row there is

    @cache  # noqa: B019  There are as few of these as there are serializers with lists.
    def of(self, count: int) -> Compiled:
        """The rows inside `count` rows outside."""
        return Compiled(self.rows.filter(In(F(self.key), [Parameter(position) for position in range(count)])))


# DRF's list and retrieve, but by `read`. (A docstring would be each of its views' description in the schema.)
class RowsMixin(_GenericViewSet):
    def get_selector(self) -> Selector:
        """A function that returns every row that may be seen, the same query at each call."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any, Any]:
        return self.get_selector()()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # The paginator reads: only it knows which rows, and it has to see their sort keys.
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(self.get_queryset())))

    def retrieve(self, request: Request, pk: int) -> Response:
        self.filter_queryset(self.queryset)  # type: ignore[arg-type]  # refuses parameters
        return Response(read_one(self.get_serializer_class(), self.get_selector(), pk))


def read(serializer_class: Any, queryset: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    """The rows of `queryset` as the serializer shows them. One statement, and one for each kind of list inside."""
    shape = _shape(serializer_class)
    return _read(shape, queryset.values_list(*shape.columns.values()))


def read_one(serializer_class: Any, selector: Selector, pk: int) -> dict[str, Any]:
    """The row of the selector's with that primary key. Raises the model's DoesNotExist."""
    rows = _read(_shape(serializer_class), _one(serializer_class, selector)(pk))
    if not rows:
        raise serializer_class.Meta.model.DoesNotExist
    return rows[0]


@cache
def _one(serializer_class: Any, selector: Selector) -> Compiled:
    return Compiled(selector().filter(pk=Parameter(0)).values_list(*_shape(serializer_class).columns.values()))


def _read(shape: _Shape, values: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    names = tuple(shape.columns)
    rows = [dict(zip(names, row, strict=True)) for row in values]
    for name, convert in shape.conversions.items():
        for row in rows:
            row[name] = convert(row[name])
    for name, each in shape.lists.items():
        inside: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if rows:
            found = each.of(len(rows))(*(row["id"] for row in rows))
            for row in _read(each.shape, found):
                inside[row.pop(each.key)].append(row)
        for row in rows:
            row[name] = inside[row["id"]]
    return rows


@cache
def _shape(serializer_class: Any, key: str = "") -> _Shape:
    serializer = serializer_class()
    shape = _Shape(columns={key: key} if key else {})
    for name, each in serializer.fields.items():
        if isinstance(each, serializers.ListSerializer):
            shape.lists[name] = _list(serializer.Meta.model._meta.get_field(each.source), type(each.child))
            shape.columns[name] = "pk"  # keeps its place among the fields
        elif each.source == "*":
            raise TypeError(f"{serializer_class.__name__}.{name} comes from no column.")
        elif not each.write_only:
            shape.columns[name] = "__".join(each.source_attrs)
            if not _shows_as_it_is(each):
                shape.conversions[name] = _but_none(each.to_representation)
    return shape


def _list(relation: ForeignObjectRel, serializer_class: Any) -> _List:
    key = relation.field.attname
    shape = _shape(serializer_class, key)
    rows = relation.related_model._default_manager.order_by(key, "pk")
    return _List(key, shape, rows.values_list(*shape.columns.values()))


def _shows_as_it_is(field: serializers.Field) -> bool:
    if isinstance(field, serializers.BigIntegerField):
        return not getattr(field, "coerce_to_string", api_settings.COERCE_BIGINT_TO_STRING)
    return type(field).to_representation in _AS_IT_IS


def _but_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)
