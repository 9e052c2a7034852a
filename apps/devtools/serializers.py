from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.api.strict import StrictSerializer
from apps.devtools import services

MAX_CUSTOMERS, MAX_ORDERS, MAX_ITEMS = 1_000, 100, 20
MAX_ROWS = 25_000  # About a second: clients give up on requests that take much longer.
SIZE = {"customers": 20, "orders_per_customer": 5, "items_per_order": 3}


@extend_schema_serializer(examples=[OpenApiExample("Small", {**SIZE, "seed": 42}, request_only=True)])
class SeedSerializer(StrictSerializer):
    """Amount of sample data that one request writes. `manage.py seed` has no limits."""

    customers = serializers.IntegerField(min_value=1, max_value=MAX_CUSTOMERS, default=SIZE["customers"])
    orders_per_customer = serializers.IntegerField(
        min_value=0, max_value=MAX_ORDERS, default=SIZE["orders_per_customer"]
    )
    items_per_order = serializers.IntegerField(min_value=0, max_value=MAX_ITEMS, default=SIZE["items_per_order"])
    seed = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, default=42, help_text="The same seed produces the same data."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        rows = attrs["customers"] * services.rows_per_customer(attrs["orders_per_customer"], attrs["items_per_order"])
        if rows > MAX_ROWS:
            raise serializers.ValidationError(
                f"{rows} rows are more than one request may write ({MAX_ROWS}); use manage.py seed.",
                code="max_value",
            )
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("Small", {"customers": 20, "orders": 100, "items": 300})])
class RowCounts(serializers.Serializer):
    """Numbers of rows written or deleted."""

    customers = serializers.IntegerField()
    orders = serializers.IntegerField()
    items = serializers.IntegerField()
