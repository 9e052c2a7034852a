from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.api.filters import FilterSet, FlagFilter
from apps.customers.emails import normalize_part
from apps.customers.models import Customer


class EmailFilter(django_filters.CharFilter):
    """Part of an e-mail address in any spelling: Django does not prepare a pattern as it does a whole address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            lookup_expr="contains",
            max_length=254,
            help_text="Part of the e-mail address; case does not count. An internationalized label has to be whole.",
            **kwargs,
        )

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return super().filter(queryset, normalize_part(value))


class CustomerFilter(FilterSet):
    email = EmailFilter()
    is_active = FlagFilter()

    class Meta:
        model = Customer
        fields: list[str] = []
