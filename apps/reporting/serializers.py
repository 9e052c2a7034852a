from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.strict import StrictSerializer
from apps.tenancy.days import FIRST_YEAR, LAST_YEAR


class DayField(serializers.DateField):
    """A day of the tenant's calendar, within the years that reports cover."""

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise serializers.ValidationError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.", code="range")
        return day


class SummaryQuery(StrictSerializer):
    """Parameters of the summary."""

    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=50, help_text="Rows at most.")

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a keyword, so this field cannot be an attribute.
        return {
            **super().get_fields(),
            "from": DayField(required=False, help_text="First day (the tenant's) whose payments count."),
            "to": DayField(required=False, help_text="Last day whose payments count."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"to": "Lies before `from`."}, code="range")
        return attrs


class SummaryRow(serializers.Serializer):
    """A customer and what they brought in."""

    customer_id = serializers.IntegerField()
    email = serializers.EmailField()
    order_count = serializers.IntegerField()
    total_cents = serializers.IntegerField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Summary",
            {
                "limit": 2,
                "rows": [
                    {"customer_id": 14, "email": "grace.turing.14@example.com", "order_count": 5, "total_cents": 53160},
                    {
                        "customer_id": 3,
                        "email": "dennis.hamilton.3@example.com",
                        "order_count": 5,
                        "total_cents": 36640,
                    },
                ],
            },
        )
    ]
)
class Summary(serializers.Serializer):
    """Customers by revenue, most first."""

    limit = serializers.IntegerField()
    rows = SummaryRow(many=True)
