"""Strict bodies and query strings.

An unknown name is refused with a hint at the nearest known one. A JSON value of the wrong type is refused instead of
converted.
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

# At most this many unknown names are listed, with this many characters each, so that errors stay small.
MAX_NAMED, MAX_NAME = 20, 100
# The only JSON type that each field accepts. DRF would read "1_0" as 10, "y" as true and 123 as "123".
JSON_TYPES = {serializers.BooleanField: bool, serializers.IntegerField: int, serializers.CharField: str}
# An integer in a query, with at most as many digits as a bigint. int() also accepts '1_0' and the digits of any script.
INTEGER = re.compile(r"-?[0-9]{1,19}")


class StrictSerializer(serializers.Serializer):
    """Refuse unknown fields, and values of another JSON type than their field's.

    Read-only fields are ignored, so that a client can send back a representation that it has read.
    """

    ignored: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, serializers.Field]:
        # DRF deep-copies, which constructs every field again. Only nested serializers keep state of a request.
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
        """Return errors for required fields that a nested item lacks: only the outer object of a PATCH is partial."""
        if self.parent is None:
            return {}
        required = [name for name, field in self.fields.items() if field.required and not field.read_only]
        message = "This field is required."
        return {name: [serializers.ErrorDetail(message, "required")] for name in required if name not in data}

    def _typed(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `data` with each value of a wrong JSON type replaced by a list, which all these fields refuse."""
        types = _json_types(type(self))
        mistyped = [name for name in types if data.get(name) is not None and type(data[name]) is not types[name]]
        return {**data, **{name: [] for name in mistyped}} if mistyped else data


class PlainTextField(serializers.CharField):
    """Validate the text in its stored form (NFC), which may be shorter or longer than the one sent.

    White space around it is removed, but counts: the schema limits what is sent.
    """

    def to_internal_value(self, data: Any) -> str:
        limit = self.max_length or 0
        if isinstance(data, str) and len(text.composed(data, limit)) > limit:
            self.fail("max_length", max_length=limit)
        return text.composed(super().to_internal_value(data), limit)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """A ModelSerializer that refuses unknown fields. `tenant` is not among its fields: the API key determines it."""

    ignored = ("tenant",)
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        text.PlainTextField: PlainTextField,
    }


@cache
def _json_types(serializer_class: type[StrictSerializer]) -> dict[str, type]:
    """Return the Python type that each field's JSON value must have, by the field's name."""
    fields = {name: getattr(field, "pk_field", None) or field for name, field in serializer_class().fields.items()}
    return {
        name: expected
        for name, field in fields.items()
        for base, expected in JSON_TYPES.items()
        if isinstance(field, base)
    }


@cache
def _fields(serializer_class: type[StrictSerializer]) -> dict[str, serializers.Field]:
    """Return the fields that DRF derives from the serializer and its model, cached instead of derived per request."""
    return super(StrictSerializer, serializer_class()).get_fields()


class NoBodySerializer(StrictSerializer):
    """The body of a request that needs none: empty, or an empty object."""


def validated_query(serializer_class: type[StrictSerializer], query: QueryDict) -> dict[str, Any]:
    """Return the query string's parameters, validated by `serializer_class`. Raises ValidationError."""
    refuse_repeated(query)
    data: dict[str, Any] = query.dict()
    serializer = serializer_class(data=data)
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.IntegerField) and INTEGER.fullmatch(data.get(name, "")):
            data[name] = int(data[name])
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def refuse_repeated(query: QueryDict) -> None:
    """Raise ValidationError for a repeated parameter, of which one value would silently be ignored."""
    repeated = {name: ["Given more than once."] for name, values in query.lists() if len(values) > 1}
    if repeated:
        raise serializers.ValidationError(repeated, code="repeated")


def unknown_names(given: Iterable[str], known: Iterable[str]) -> dict[str, list[serializers.ErrorDetail]]:
    """Return an error for each of the `given` names that is not `known`, at most MAX_NAMED of them."""
    known = list(known)
    unknown = [name for name in given if name not in known]
    return {
        name[:MAX_NAME]: [serializers.ErrorDetail(f"Unknown. {suggest(name, known)}".strip(), code="unknown")]
        for name in unknown[:MAX_NAMED]
    }


def suggest(given: str, known: Iterable[str]) -> str:
    """Return a sentence that suggests the nearest known value, or lists all of them if none is near."""
    known = list(known)
    near = get_close_matches(given[:MAX_NAME], known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(known)}." if known else ""
