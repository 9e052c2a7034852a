"""Bodies and query strings without surprises: a name nobody knows is refused, and the nearest known one is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

# An answer is not much larger than its question: so many unknown names are listed, so many characters of each.
MAX_NAMED, MAX_NAME = 20, 100


class StrictSerializer(serializers.Serializer):
    """Refuses unknown fields. Known read-only ones are ignored, so what was read can be sent back."""

    ignored: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors = unknown_names(data, (*self.fields, *self.ignored)) | self._missing(data)
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


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """A ModelSerializer that refuses unknown fields; `tenant` is known of every row, and only the key sets it."""

    ignored = ("tenant",)

    def get_fields(self) -> dict[str, serializers.Field]:
        return deepcopy(_fields(type(self)))


@cache
def _fields(serializer_class: type[StrictModelSerializer]) -> dict[str, serializers.Field]:
    """What a ModelSerializer makes of its model, made once instead of for each request."""
    return super(StrictModelSerializer, serializer_class()).get_fields()


class NoBodySerializer(StrictSerializer):
    """The body of a request that needs none: empty, or an empty object."""


def validated_query(serializer_class: type[StrictSerializer], query: QueryDict) -> dict[str, Any]:
    """The query string's parameters as `serializer_class` reads them. Raises ValidationError."""
    refuse_repeated(query)
    serializer = serializer_class(data=query.dict())
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
