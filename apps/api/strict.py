"""Strict bodies and query strings.

An unknown name is refused and the nearest known one is named; a JSON value of another type than its field's is refused
instead of converted.
"""

import re
from collections.abc import Iterable, Mapping
from copy import copy, deepcopy
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from apps.tenancy import text

# An answer is not much larger than its question: so many unknown names are listed, so many characters of each.
MAX_NAMED, MAX_NAME = 20, 100
# The one type that a JSON value of such a field may have. DRF reads "1_0" as 10, "y" as true and 123 as "123".
JSON_TYPES = {serializers.BooleanField: bool, serializers.IntegerField: int, serializers.CharField: str}
# An integer in a query, with as many digits as a bigint has. int() also takes '1_0' and the digits of every script.
INTEGER = re.compile(r"-?[0-9]{1,19}")


class StrictSerializer(serializers.Serializer):
    """Refuses unknown fields, and values of another JSON type than their field's.

    Known read-only fields are ignored, so what was read can be sent back.
    """

    ignored: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, serializers.Field]:
        # DRF's deep copies build every field anew. Only a serializer inside another has state of a request.
        return {
            name: deepcopy(field) if isinstance(field, serializers.BaseSerializer) else copy(field)
            for name, field in _fields(type(self)).items()
        }

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors = unknown_names(data, (*self.fields, *self.ignored)) | self._missing(data)
            data = self._typed(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if errors:
                raise serializers.ValidationError({**errors, **error.detail}) from error  # type: ignore[dict-item]
            raise
        if errors:
            raise serializers.ValidationError(errors)
        return value

    def _missing(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that a part of a PATCH lacks: the whole may be partial, an item in its list may not."""
        if self.parent is None:
            return {}
        required = [name for name, field in self.fields.items() if field.required and not field.read_only]
        message = "This field is required."
        return {name: [serializers.ErrorDetail(message, "required")] for name in required if name not in data}

    def _typed(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `data` with a list, which each of these fields refuses, for every value of another JSON type."""
        types = _json_types(type(self))
        mistyped = [name for name in types if data.get(name) is not None and type(data[name]) is not types[name]]
        return {**data, **{name: [] for name in mistyped}} if mistyped else data


class PlainTextField(serializers.CharField):
    """Validates what will be stored: composed, a text can be shorter or longer."""

    def to_internal_value(self, data: Any) -> str:
        return text.composed(super().to_internal_value(data), self.max_length or 0)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """A ModelSerializer that refuses unknown fields; `tenant` is known of every row, and only the key sets it."""

    ignored = ("tenant",)
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        text.PlainTextField: PlainTextField,
    }


@cache
def _json_types(serializer_class: type[StrictSerializer]) -> dict[str, type]:
    """The type that a value for a field must have, by the field's name."""
    fields = {name: getattr(field, "pk_field", None) or field for name, field in serializer_class().fields.items()}
    return {
        name: expected
        for name, field in fields.items()
        for base, expected in JSON_TYPES.items()
        if isinstance(field, base)
    }


@cache
def _fields(serializer_class: type[StrictSerializer]) -> dict[str, serializers.Field]:
    """What DRF makes of the serializer, and of its model, made once instead of for each request."""
    return super(StrictSerializer, serializer_class()).get_fields()


class NoBodySerializer(StrictSerializer):
    """The body of a request that needs none: empty, or an empty object."""


def validated_query(serializer_class: type[StrictSerializer], query: QueryDict) -> dict[str, Any]:
    """The query string's parameters as `serializer_class` reads them. Raises ValidationError."""
    refuse_repeated(query)
    data: dict[str, Any] = query.dict()
    serializer = serializer_class(data=data)
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.IntegerField) and INTEGER.fullmatch(data.get(name, "")):
            data[name] = int(data[name])
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def refuse_repeated(query: QueryDict) -> None:
    """Raise ValidationError for a parameter that is given twice, where one value would silently win."""
    repeated = {name: ["Given more than once."] for name, values in query.lists() if len(values) > 1}
    if repeated:
        raise serializers.ValidationError(repeated, code="repeated")


def unknown_names(given: Iterable[str], known: Iterable[str]) -> dict[str, list[serializers.ErrorDetail]]:
    """An error for each of the `given` names that is not among the `known` ones; the first of many stand for all."""
    known = list(known)
    unknown = [name for name in given if name not in known]
    return {
        name[:MAX_NAME]: [serializers.ErrorDetail(f"Unknown. {suggest(name, known)}".strip(), code="unknown")]
        for name in unknown[:MAX_NAMED]
    }


def suggest(given: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known value, or all of them when none is near."""
    known = list(known)
    near = get_close_matches(given[:MAX_NAME], known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(known)}." if known else ""
