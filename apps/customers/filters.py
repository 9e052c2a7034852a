from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.api.filters import FilterSet, FlagFilter
from apps.customers import selectors
from apps.customers.models import Customer


class EmailFilter(django_filters.CharFilter):
    """Rows whose e-mail address contains the text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=254,
            help_text="Part of the e-mail address; upper and lower case are the same. To search an internationalized "
            "domain, give whole labels: `bücher`, not `büch`.",
            **kwargs,
        )

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return selectors.customers_with_email(queryset, value) if value else queryset


class CustomerFilter(FilterSet):
    email = EmailFilter()
    is_active = FlagFilter(help_text="`true` for active customers only, `false` for the others.")

    class Meta:
        model = Customer
        fields: list[str] = []
