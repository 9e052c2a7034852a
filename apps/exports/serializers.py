from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from apps.api.strict import StrictModelSerializer, unknown_names
from apps.exports.kinds import LISTS
from apps.exports.lifecycle import Kind
from apps.exports.models import Export

NEW = {"kind": "orders", "format": "csv", "filters": {"status": "paid,shipped", "created_from": "2026-06-01"}}
EXPORT = {
    "id": 1,
    **NEW,
    "state": "done",
    "rows": 412,
    "bytes": 50_183,
    "reason": "",
    "created_at": "2026-06-30T12:00:00Z",
    "started_at": "2026-06-30T12:00:01Z",
    "finished_at": "2026-06-30T12:00:02Z",
    "expires_at": "2026-07-01T12:00:02Z",
}
QUEUED = {**EXPORT, "state": "queued", **dict.fromkeys(["rows", "bytes", "started_at", "finished_at", "expires_at"])}
MAX_VALUE = 2_000  # characters of a filter's value, as many as an address would hold


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "string", "maxLength": MAX_VALUE}, {"type": "integer"}]},
        "description": "The filters of the list, by their names in its query string.",
    }
)
class FiltersField(serializers.JSONField):
    """Filters by name, each a string as in a query string, or an integer. Their list's own filters check them."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("An object is expected, of the list's filters.", code="not_an_object")
        errors, known = {}, _filter_names()
        # Of filters that exist, which are few: a body has room for many other names, whose errors `validate` bounds.
        for name in [name for name in data if name in known]:
            try:
                _check_value(data[name])
            except serializers.ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return {name: str(value) for name, value in data.items()}


def _filter_names() -> set[str]:
    """Return the names of all lists' filters: a field does not know which list is meant."""
    return {name for listed in LISTS.values() for name in listed.filters.base_filters}


def _check_value(value: Any) -> None:
    """Raise ValidationError for a value that no filter can take."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise serializers.ValidationError("A string or an integer is expected.")
    if not str(value).strip():
        raise serializers.ValidationError("Empty; leave it out.")
    if len(str(value)) > MAX_VALUE:
        raise serializers.ValidationError(f"Longer than {MAX_VALUE} characters.")
    # A JSON string may hold half a character, which no query string can, and which no database takes.
    ProhibitSurrogateCharactersValidator()(value)


@extend_schema_serializer(
    examples=[
        OpenApiExample("New export", NEW, request_only=True),
        OpenApiExample("Export", EXPORT, response_only=True),
    ]
)
class ExportSerializer(StrictModelSerializer):
    """A file with all rows of a list, made in the background."""

    filters = FiltersField(default=dict)

    class Meta:
        model = Export
        fields = [
            "id",
            "kind",
            "format",
            "filters",
            "state",
            "rows",
            "bytes",
            "reason",
            "created_at",
            "started_at",
            "finished_at",
            "expires_at",
        ]
        read_only_fields = ["state", "rows", "bytes", "reason", "expires_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        listed, given = LISTS[Kind(attrs["kind"])], attrs["filters"]
        errors: dict[str, Any] = unknown_names(given, listed.filters.base_filters)
        filters = listed.filters(given, queryset=listed.selector())
        if not filters.is_valid():
            errors |= {name: list(map(str, messages)) for name, messages in filters.errors.items()}
        if errors:
            raise serializers.ValidationError({"filters": errors})
        return attrs
