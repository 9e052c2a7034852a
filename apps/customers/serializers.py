from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.api.strict import StrictModelSerializer
from apps.customers.emails import normalize_address
from apps.customers.models import Customer


class LowerCaseEmailField(serializers.EmailField):
    """Validate the address in its stored form, which can be too long or invalid although the one sent was not."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalize_address(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid")


CUSTOMER_EXAMPLE = OpenApiExample(
    "Customer",
    {
        "id": 1,
        "email": "margaret.berners-lee.1@example.com",
        "name": "Margaret Berners-Lee",
        "is_active": True,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    },
    response_only=True,
)


@extend_schema_serializer(
    examples=[
        OpenApiExample("New customer", {"email": "grace@example.com", "name": "Grace Hopper"}, request_only=True),
        CUSTOMER_EXAMPLE,
    ]
)
class CustomerSerializer(StrictModelSerializer):
    """A customer."""

    email = LowerCaseEmailField(
        max_length=254,
        help_text="Stored in lower case, with an internationalized domain in ASCII: `xn--bcher-kva.example`.",
    )

    class Meta:
        model = Customer
        fields = ["id", "email", "name", "is_active", "created_at", "updated_at"]
        read_only_fields = ["created_at", "updated_at"]
