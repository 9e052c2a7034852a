"""Map a serializer's fields to columns, and refuse serializers that cannot be read as rows.

A row has column values, not an object. So a field is allowed if its representation depends on one column's value only;
any other field is refused by name, at first use and by `manage.py check` (`apps.api.checks`). If it were ignored or
guessed, the response would silently be wrong.
"""

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import ISO_8601, serializers
from rest_framework.settings import api_settings

# Fields whose `to_representation`, even if a subclass overrides it, uses only the column's value.
VALUE_FIELDS = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.DecimalField,
    serializers.DictField,
    serializers.DurationField,
    serializers.FloatField,
    serializers.IntegerField,
    serializers.JSONField,
    serializers.ListField,
    serializers.TimeField,
    serializers.UUIDField,
)
# For these columns the renderer produces the same output without `to_representation`, so it is not called.
_UNCHANGED: dict[Any, tuple[type[models.Field], ...]] = {
    serializers.BooleanField.to_representation: (models.BooleanField,),
    serializers.CharField.to_representation: (models.CharField, models.TextField),
    serializers.ChoiceField.to_representation: (models.CharField, models.TextField),
    serializers.DateTimeField.to_representation: (models.DateTimeField,),
    serializers.IntegerField.to_representation: (models.IntegerField,),
}
_KEY = serializers.PrimaryKeyRelatedField


@dataclasses.dataclass
class Shape:
    """The sources of a serializer's fields, by the field's name."""

    columns: dict[str, str] = dataclasses.field(default_factory=dict)
    conversions: dict[str, Callable[[Any], Any]] = dataclasses.field(default_factory=dict)
    lists: dict[str, "NestedList"] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(eq=False)
class NestedList:
    """A nested list: the rows of `model` whose column `key` is the outer row's primary key."""

    model: Any
    key: str
    shape: Shape


class Problem(NamedTuple):
    """Why a serializer, or a field of it, cannot be read as rows, and what to write instead."""

    where: str
    why: str
    instead: str


@cache
def shape_of(serializer_class: Any, key: str = "") -> Shape:
    """Return the serializer's shape, starting with the column `key` if one is given. Raises TypeError for a Problem."""
    for problem in problems(serializer_class):
        raise TypeError(f"{problem.where} {problem.why}. {problem.instead}")
    serializer, model = serializer_class(), serializer_class.Meta.model
    shape = Shape(columns={key: key} if key else {})
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.ListSerializer):
            relation = _relation(model, field.source)
            child: Any = type(field.child)
            inner = relation.field.attname
            shape.lists[name] = NestedList(relation.related_model, inner, shape_of(child, inner))
            shape.columns[name] = "pk"  # a placeholder that keeps the order of fields
        elif not field.write_only:
            shape.columns[name] = "__".join(field.source_attrs)
            if convert := _conversion(field, _path(model, field.source_attrs)):
                shape.conversions[name] = _keep_none(convert)
    return shape


def problems(serializer_class: Any) -> Iterator[Problem]:
    """Yield the reasons why a serializer, or one nested in it, cannot be read as rows."""
    name, meta = serializer_class.__name__, getattr(serializer_class, "Meta", None)
    lists = getattr(meta, "list_serializer_class", serializers.ListSerializer)
    value = "Give the field that differs a class of its own, with to_representation(value)."
    if getattr(meta, "model", None) is None:
        yield Problem(name, "has no Meta.model", "Name the model whose rows it shows.")
        return
    if serializer_class.to_representation is not serializers.Serializer.to_representation:
        yield Problem(name, "has its own to_representation, which rows bypass", value)
    if lists.to_representation is not serializers.ListSerializer.to_representation:
        yield Problem(name, "has a list_serializer_class with its own to_representation, which rows bypass", value)
    for field_name, field in serializer_class().fields.items():
        if field.write_only:
            continue
        if refusal := _refusal(meta.model, field_name, field):  # type: ignore[union-attr]  # looked at above
            yield Problem(f"{name}.{field_name}", *refusal)
        elif isinstance(field, serializers.ListSerializer):
            yield from problems(type(field.child))


def _refusal(model: Any, name: str, field: Any) -> tuple[str, str] | None:
    """Return why a field cannot be read as rows, and what to write instead; None if it can."""
    kind, source = type(field).__name__, field.source
    if isinstance(field, serializers.ListSerializer):
        if _relation(model, source) is None or not isinstance(field.child, serializers.ModelSerializer):
            return "is no list of rows with a foreign key to this one", "Its source is that key's related_name."
        return None
    if source == "*":
        return "comes from no column", 'Name one, as in CharField(source="customer.email", read_only=True).'
    if isinstance(field, serializers.BaseSerializer):
        column = f'CharField(source="{source}.{next(iter(getattr(field, "fields", ())), "name")}", read_only=True)'
        return "is a serializer inside, which needs an object", f"Show each value by itself, as in {column}."
    if isinstance(field, serializers.SlugRelatedField):
        column = f'CharField(source="{source}.{field.slug_field}", read_only=True)'
        return f"is a {kind}, which needs an object", f"Name the column: {column}."
    is_key = isinstance(field, _KEY) and type(field).to_representation is _KEY.to_representation
    if not is_key and not isinstance(field, VALUE_FIELDS):
        column = f'CharField(source="{source}.name", read_only=True)'
        return f"is a {kind}, which may need an object", f"Take a field of a column's value, as in {column}."
    if type(field).get_attribute not in (serializers.Field.get_attribute, _KEY.get_attribute):
        return "has its own get_attribute, which rows bypass", "Override to_representation(value) instead."
    path = _path(model, field.source_attrs)
    if path is None:
        return f"comes from no column of {model.__name__}", "Show a column; a computed value is annotated or stored."
    *keys, column = path or [None]
    if any(not (key.many_to_one or key.one_to_one) for key in keys) or (getattr(column, "is_relation", False) and (
        not column.concrete or (not is_key and field.source_attrs[-1] != column.attname)
        or not column.target_field.primary_key
    )):  # fmt: skip
        return "is a relation, not a column", f'Show its key, as in source="{source}_id", or a column behind it.'
    if any(key.null for key in keys) and not (field.allow_null and field.default is serializers.empty):
        return "may have no row to come from", "Add allow_null=True and no default: it is null then."
    return None


def _path(model: Any, names: list[str]) -> list[Any] | None:
    """Return the model fields on the path to a column; [] for an annotation of the query, None for other attributes."""
    path: list[Any] = []
    for name in names:
        try:
            path.append(model._meta.pk if name == "pk" else model._meta.get_field(name))
        except (AttributeError, FieldDoesNotExist):
            return None if path or hasattr(model, name) else []
        model = path[-1].related_model
    return path


def _relation(model: Any, source: str | None) -> Any:
    """Return the foreign key from a nested list's model to the outer one, or None."""
    relations = (relation for relation in model._meta.related_objects if relation.get_accessor_name() == source)
    return next((one for one in relations if one.one_to_many and one.field.target_field.primary_key), None)


def _conversion(field: Any, path: list[Any] | None) -> Callable[[Any], Any] | None:
    """Return the function that converts a column's value to its representation; None if it is shown unchanged."""
    column = path[-1] if path else None
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    if isinstance(field, _KEY):
        return _conversion(field.pk_field, [column]) if field.pk_field else None
    columns = _UNCHANGED.get(type(field).to_representation, ())
    if isinstance(field, serializers.DateTimeField):
        iso = getattr(field, "format", api_settings.DATETIME_FORMAT) == ISO_8601 and not hasattr(field, "timezone")
        columns = columns if iso else ()
    if isinstance(field, serializers.BigIntegerField) and not getattr(
        field, "coerce_to_string", api_settings.COERCE_BIGINT_TO_STRING
    ):
        columns = (models.IntegerField,)
    return None if isinstance(column, columns) else field.to_representation


def _keep_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)
