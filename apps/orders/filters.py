from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from apps.api.filters import FilterSet, IntegerFilter, WordsField, WordsFilter, refusal
from apps.customers.filters import EmailFilter
from apps.orders import selectors
from apps.orders.lifecycle import Status
from apps.orders.models import Item, Order
from apps.tenancy import days


class DayOrInstantField(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return days.parse_day_or_instant(text) if text else None
        except ValueError as error:
            raise refusal(str(error), code="invalid") from error


@extend_schema_field(OpenApiTypes.STR)
class DayOrInstantFilter(django_filters.Filter):
    """`gte` begins with a day, `lte` ends with it; a date-time is compared as it is."""

    field_class = DayOrInstantField

    def filter(self, queryset: QuerySet, value: date | datetime | None) -> QuerySet:
        if value is None:
            return queryset
        lookup, bound = self.lookup_expr, value
        if not isinstance(value, datetime):
            lookup, bound = ("gte", days.day_start(value)) if lookup == "gte" else ("lt", days.day_end(value))
        return queryset.filter(**{f"{self.field_name}__{lookup}": bound})


@extend_schema_field({"type": "string", "enum": ["false", "true", "all"], "default": "false"})
class ArchivedFilter(django_filters.Filter):
    field_class = WordsField

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return queryset if value == ["all"] else queryset.filter(archived_at__isnull=value != ["true"])


class CustomerEmailFilter(EmailFilter):
    """Orders of the customers whose e-mail address contains the text."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        counted = self.parent.data.get("count") == "true"
        return selectors.orders_with_email(queryset, value, counted=counted) if value else queryset


class OrderFilter(FilterSet):
    status = WordsFilter(words=Status.values, help_text="One status, or several with commas: paid,shipped.")
    email = CustomerEmailFilter()
    customer = IntegerFilter(field_name="customer_id", help_text="The customer's id.")
    created_from = DayOrInstantFilter(
        field_name="created_at", lookup_expr="gte", help_text="A date (from the tenant's day on) or a date-time."
    )
    created_to = DayOrInstantFilter(
        field_name="created_at", lookup_expr="lte", help_text="A date (that whole day included) or a date-time."
    )
    min_total_cents = IntegerFilter(field_name="total_cents", lookup_expr="gte")
    max_total_cents = IntegerFilter(field_name="total_cents", lookup_expr="lte")
    archived = ArchivedFilter(
        words=("false", "true", "all"), help_text="Archived orders: hidden, only, or with the others."
    )

    class Meta:
        model = Order
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().filter_queryset(queryset)
        return queryset if "archived" in self.filters else queryset.filter(archived_at__isnull=True)


class ItemFilter(FilterSet):
    order = IntegerFilter(field_name="order_id", help_text="The order's id.")

    class Meta:
        model = Item
        fields: list[str] = []
