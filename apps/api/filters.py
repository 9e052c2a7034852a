"""Strict filters: an unknown parameter or value is refused; django-filter would ignore it and return every row."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.request import Request

from apps.api.pagination import PARAMETERS
from apps.api.strict import refuse_repeated, suggest, unknown_names

BIGINT_MAX = 2**63 - 1

_form_classes: dict[tuple[Any, ...], type[forms.Form]] = {}


def refusal(reason: str, *, code: str) -> ValidationError:
    """Return a filter's error whose text may come from the client."""
    # django-filter formats every message with its params, so a client's '%' must not be part of the message.
    return ValidationError("%(reason)s", code=code, params={"reason": reason})


class StrictFilterBackend(DjangoFilterBackend):
    """Raise ValidationError for an unknown or empty parameter, with which django-filter would return every row."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        query = request.query_params
        refuse_repeated(query)
        known = [] if view.detail else [*self.get_filterset_class(view, queryset).base_filters, *PARAMETERS]
        errors: dict[str, Any] = {name: "Empty; leave it out." for name in query if not query.get(name, "").strip()}
        errors |= unknown_names(query, known)
        if errors:
            raise serializers.ValidationError(errors)
        return queryset if view.detail else super().filter_queryset(request, queryset, view)


class FilterSet(django_filters.FilterSet):
    """Set up only the filters that the request uses, because each costs a form field."""

    base_filters: dict[str, django_filters.Filter]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.base_filters = {name: declared for name, declared in self.base_filters.items() if name in (data or ())}
        super().__init__(data, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        # Kept for each set of parameters: a class takes longer to make than its fields take to validate.
        form_class = _form_classes.get(key := (type(self), *self.filters))
        if form_class is None:
            form_class = _form_classes[key] = super().get_form_class()
        return form_class

    def filter_queryset(self, queryset: Any) -> Any:
        # Django-filter's own insists on a QuerySet after each filter.
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset


class ParameterFilter(django_filters.Filter):
    """A filter that says what its parameter is: `schema` in OpenAPI's words, and the help text as its description."""

    schema: dict[str, Any]

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(help_text=help_text, **kwargs)
        set_override(self, "field", {**self.schema, "description": help_text})


class WordsField(forms.CharField):
    """One of the known words, or several separated by commas if `many`. The error suggests the nearest known word."""

    def __init__(self, *, words: Sequence[str], many: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words, self.many = words, many

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        if not text:
            return []
        words = [word.strip() for word in text.split(",")] if self.many else [text]
        for word in words:
            if word not in self.words:
                raise refusal(f"{word!r} is unknown. {suggest(word, self.words)}", code="invalid_choice")
        if len(set(words)) < len(words):
            raise refusal("A word is given more than once.", code="repeated")
        return words


class WordsFilter(ParameterFilter):
    """Rows whose column is one of the words."""

    field_class = WordsField

    def __init__(self, *, words: Sequence[str], **kwargs: Any) -> None:
        items = {"type": "string", "enum": [*words]}
        self.schema = {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}
        super().__init__(lookup_expr="in", many=True, words=words, **kwargs)


class FlagFilter(ParameterFilter):
    """`true` or `false`."""

    field_class = WordsField
    schema = {"type": "boolean"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(words=("true", "false"), **kwargs)

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return queryset.filter(**{self.field_name: value == ["true"]}) if value else queryset


class IntegerField(forms.IntegerField):
    def to_python(self, value: Any) -> int | None:
        # int() also accepts '1_0' and the digits of any script.
        if value and not (value.isascii() and value.isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class IntegerFilter(ParameterFilter):
    """A whole number that fits a column."""

    field_class = IntegerField
    schema = {"type": "integer", "format": "int64", "minimum": 0, "maximum": BIGINT_MAX}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=BIGINT_MAX, **kwargs)
