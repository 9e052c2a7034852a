from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.api.strict import StrictSerializer
from apps.tenancy import days

MAX_PERIODS = 1_000  # rows of the sales report


def _example(name: str, about: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    """Document a report's serializer with an example that has these `rows`."""
    return extend_schema_serializer(examples=[OpenApiExample(name, {**about, "rows": rows})])


class DayField(serializers.DateField):
    """A day in the tenant's time zone, within the years that reports cover."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return days.parse_day(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="invalid") from error


class RangeQuery(StrictSerializer):
    """A range of days of payment in the tenant's time zone, both inclusive."""

    days_required = False

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a Python keyword, so the field cannot be an attribute.
        return {
            **super().get_fields(),
            "from": DayField(
                required=self.days_required, help_text="First day of payments, inclusive, in the tenant's time zone."
            ),
            "to": DayField(required=self.days_required, help_text="Last day of payments, inclusive."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"to": "Lies before `from`."}, code="range")
        return attrs


class TopQuery(RangeQuery):
    """Parameters of a report of the top customers or products."""

    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=50, help_text="Maximum number of rows.")


class SalesQuery(RangeQuery):
    """Parameters of the sales report."""

    days_required = True

    by = serializers.ChoiceField(
        ["day", "week", "month"],
        default="day",
        help_text="Length of a period. A week starts on Monday.",
        error_messages={"invalid_choice": "{input!r} is unknown. Known: day, week, month."},
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        periods = (attrs["to"] - attrs["from"]).days / {"day": 1, "week": 7, "month": 30}[attrs["by"]]
        if periods >= MAX_PERIODS:
            raise serializers.ValidationError({"to": f"More than {MAX_PERIODS} periods after `from`."}, code="range")
        return attrs


class SummaryRow(serializers.Serializer):
    """A customer and their revenue."""

    customer_id = serializers.IntegerField()
    email = serializers.EmailField()
    order_count = serializers.IntegerField()
    total_cents = serializers.IntegerField()


@_example("Summary", {"limit": 2}, [
    {"customer_id": 14, "email": "grace.turing.14@example.com", "order_count": 5, "total_cents": 53160},
    {"customer_id": 3, "email": "dennis.hamilton.3@example.com", "order_count": 5, "total_cents": 36640},
])  # fmt: skip
class Summary(serializers.Serializer):
    """Customers by revenue, highest first."""

    limit = serializers.IntegerField()
    rows = SummaryRow(many=True)


class SalesRow(serializers.Serializer):
    """Revenue of one period."""

    period = serializers.DateField(help_text="First day of the period.")
    order_count = serializers.IntegerField()
    total_cents = serializers.IntegerField()


@_example("Sales", {"by": "day", "from": "2026-06-01", "to": "2026-06-02"}, [
    {"period": "2026-06-01", "order_count": 0, "total_cents": 0},
    {"period": "2026-06-02", "order_count": 1, "total_cents": 12830},
])  # fmt: skip
class Sales(serializers.Serializer):
    """Revenue of consecutive periods, without gaps."""

    rows = SalesRow(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            "by": serializers.CharField(),
            "from": serializers.DateField(),
            "to": serializers.DateField(),
            **super().get_fields(),
        }


class ProductRow(serializers.Serializer):
    """A product and its revenue."""

    sku = serializers.CharField()
    order_count = serializers.IntegerField()
    pieces = serializers.IntegerField()
    total_cents = serializers.IntegerField()


@_example("Products", {"limit": 2}, [
    {"sku": "POT-STEEL-1L", "order_count": 22, "pieces": 72, "total_cents": 179280},
    {"sku": "MUG-WHITE", "order_count": 32, "pieces": 98, "total_cents": 77420},
])  # fmt: skip
class Products(serializers.Serializer):
    """Products by revenue, highest first."""

    limit = serializers.IntegerField()
    rows = ProductRow(many=True)
