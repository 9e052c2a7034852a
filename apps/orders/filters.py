from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from apps.api.filters import FilterSet, IntegerFilter, ParameterFilter, WordsField, WordsFilter, refusal
from apps.customers.filters import EmailFilter
from apps.orders import selectors
from apps.orders.lifecycle import EventKind, Status
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy import days


class DayOrInstantField(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return days.parse_day_or_instant(text) if text else None
        except ValueError as error:
            raise refusal(str(error), code="invalid") from error


class DayOrInstantFilter(ParameterFilter):
    """`gte` begins with a day, `lte` ends with it; a date-time is compared as it is."""

    field_class = DayOrInstantField
    schema = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}

    def filter(self, queryset: QuerySet, value: date | datetime | None) -> QuerySet:
        if value is None:
            return queryset
        lookup, bound = self.lookup_expr, value
        if not isinstance(value, datetime):
            lookup, bound = ("gte", days.day_start(value)) if lookup == "gte" else ("lt", days.day_end(value))
        return queryset.filter(**{f"{self.field_name}__{lookup}": bound})


class ArchivedFilter(ParameterFilter):
    field_class = WordsField
    schema = {"type": "string", "enum": ["false", "true", "all"], "default": "false"}

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return queryset if value == ["all"] else queryset.filter(archived_at__isnull=value != ["true"])


class CustomerEmailFilter(EmailFilter):
    """Orders of the customers whose e-mail address contains the text."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        counted = self.parent.data.get("count") == "true"
        return selectors.orders_with_email(queryset, value, counted=counted) if value else queryset


class CreatedFilter(FilterSet):
    """Base of filters for rows with a `created_at`."""

    created_from = DayOrInstantFilter(
        field_name="created_at",
        lookup_expr="gte",
        help_text="The earliest time: a date, which is a day in the tenant's time zone, or a date-time.",
    )
    created_to = DayOrInstantFilter(
        field_name="created_at",
        lookup_expr="lte",
        help_text="The latest time, inclusive. A date includes the whole day in the tenant's time zone.",
    )


class OrderFilter(CreatedFilter):
    status = WordsFilter(words=Status.values, help_text="One status, or several separated by commas: `paid,shipped`.")
    email = CustomerEmailFilter()
    customer = IntegerFilter(field_name="customer_id", help_text="The customer's id.")
    min_total_cents = IntegerFilter(
        field_name="total_cents", lookup_expr="gte", help_text="The lowest total, inclusive, in cents."
    )
    max_total_cents = IntegerFilter(
        field_name="total_cents", lookup_expr="lte", help_text="The highest total, inclusive, in cents."
    )
    archived = ArchivedFilter(
        words=("false", "true", "all"),
        help_text="`false` hides archived orders, `true` shows them alone, `all` shows them with the others.",
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


class OrderEventFilter(CreatedFilter):
    kind = WordsFilter(words=EventKind.values, help_text="One kind, or several separated by commas: `paid,shipped`.")

    class Meta:
        model = OrderEvent
        fields: list[str] = []


class EventFilter(OrderEventFilter):
    order = IntegerFilter(field_name="order_id", help_text="The order's id.")
