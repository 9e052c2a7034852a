"""What a serializer shows, read as rows: no model instances, and no call per field and row.

The serializer stays the one description of an answer: names, columns and conversions are taken from its fields, so what
is documented and what is sent cannot drift. `tests/test_rows.py` holds the two equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignObjectRel, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet as _GenericViewSet
else:
    _GenericViewSet = object  # DRF's would import the paginator, by way of the settings, and that imports this module.

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
    """Where the values of a serializer's fields come from; a list inside is keyed by the row's `id`."""

    columns: dict[str, str] = field(default_factory=dict)
    conversions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    lists: dict[str, tuple[ForeignObjectRel, _Shape]] = field(default_factory=dict)


# DRF's list and retrieve, but by `read`. (A docstring would be each of its views' description in the schema.)
class RowsMixin(_GenericViewSet):
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # The paginator reads: only it knows which rows, and it has to see their sort keys.
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(self.get_queryset())))

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(read_one(self.get_serializer_class(), self.filter_queryset(self.get_queryset()), pk))


def read(serializer_class: Any, queryset: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    """The rows of `queryset` as the serializer shows them. One statement, and one for each kind of list inside."""
    return _read(_shape(serializer_class), queryset)


def read_one(serializer_class: Any, queryset: QuerySet[Any, Any], pk: int) -> dict[str, Any]:
    """The row of `queryset` with that primary key. Raises the model's DoesNotExist."""
    rows = read(serializer_class, queryset.filter(pk=pk))
    if not rows:
        raise queryset.model.DoesNotExist
    return rows[0]


def _read(shape: _Shape, queryset: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    names = tuple(shape.columns)
    rows = [dict(zip(names, values, strict=True)) for values in queryset.values_list(*shape.columns.values())]
    for name, convert in shape.conversions.items():
        for row in rows:
            row[name] = convert(row[name])
    for name, (relation, inner) in shape.lists.items():
        inside: dict[int, list[dict[str, Any]]] = defaultdict(list)
        key = relation.field.attname
        if rows:
            found = relation.related_model._default_manager.filter(**{f"{key}__in": [row["id"] for row in rows]})
            for row in _read(inner, found.order_by(key, "pk")):
                inside[row.pop(key)].append(row)
        for row in rows:
            row[name] = inside[row["id"]]
    return rows


@cache
def _shape(serializer_class: Any, key: str = "") -> _Shape:
    serializer = serializer_class()
    shape = _Shape(columns={key: key} if key else {})
    for name, each in serializer.fields.items():
        if isinstance(each, serializers.ListSerializer):
            relation = serializer.Meta.model._meta.get_field(each.source)
            inner: Any = type(each.child)
            shape.lists[name] = relation, _shape(inner, relation.field.attname)
            shape.columns[name] = "pk"  # keeps its place among the fields
        elif each.source == "*":
            raise TypeError(f"{serializer_class.__name__}.{name} comes from no column.")
        elif not each.write_only:
            shape.columns[name] = "__".join(each.source_attrs)
            if type(each).to_representation not in _AS_IT_IS:
                shape.conversions[name] = _but_none(each.to_representation)
    return shape


def _but_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)
