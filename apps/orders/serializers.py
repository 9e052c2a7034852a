from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.api.fields import RowIdField
from apps.api.strict import StrictModelSerializer
from apps.customers.selectors import customer_exists
from apps.orders.models import MAX_ITEMS_PER_ORDER, Item, Order, OrderEvent
from apps.orders.selectors import order_exists

# Examples in the documentation are rows of the demo data.
NEW_LINE = {"sku": "TEA-GREEN-100", "quantity": 3, "unit_price_cents": 450}
ORDER = {
    "id": 1,
    "customer": 1,
    "customer_email": "margaret.berners-lee.1@example.com",
    "status": "draft",
    "total_cents": 4470,
    "items": [
        {"id": 1, **NEW_LINE},
        {"id": 2, "sku": "SUGAR-500", "quantity": 3, "unit_price_cents": 250},
        {"id": 3, "sku": "MUG-WHITE", "quantity": 3, "unit_price_cents": 790},
    ],
    "created_at": "2026-05-27T22:23:00Z",
    "updated_at": "2026-05-27T22:23:00Z",
    "paid_at": None,
    "shipped_at": None,
    "cancelled_at": None,
    "archived_at": None,
}
ORDER_EXAMPLE = OpenApiExample("Order", ORDER, response_only=True)
ITEM_EXAMPLE = OpenApiExample("Item", {"id": 1, "order": 1, **NEW_LINE}, response_only=True)


class CustomerField(RowIdField):
    default_error_messages = {"does_not_exist": "No such customer."}
    exists = staticmethod(customer_exists)


class OrderField(RowIdField):
    default_error_messages = {"does_not_exist": "No such order."}
    exists = staticmethod(order_exists)


class OrderItemSerializer(StrictModelSerializer):
    """An item as part of its order."""

    class Meta:
        model = Item
        fields = ["id", "sku", "quantity", "unit_price_cents"]


@extend_schema_serializer(
    examples=[
        OpenApiExample("New item", {"order": 1, **NEW_LINE}, request_only=True),
        ITEM_EXAMPLE,
    ],
)
class ItemSerializer(StrictModelSerializer):
    """An item, with the id of its order."""

    order = OrderField(source="order_id")

    class Meta:
        model = Item
        fields = ["id", "order", "sku", "quantity", "unit_price_cents"]


@extend_schema_serializer(
    examples=[
        OpenApiExample("New order", {"customer": 1, "items": [NEW_LINE]}, request_only=True),
        ORDER_EXAMPLE,
    ],
)
class OrderSerializer(StrictModelSerializer):
    """An order with its items and its customer's e-mail address."""

    customer = CustomerField(source="customer_id")
    customer_email = serializers.EmailField(source="customer.email", read_only=True)
    items = OrderItemSerializer(many=True, min_length=1, max_length=MAX_ITEMS_PER_ORDER)  # type: ignore[call-arg]

    class Meta:
        model = Order
        fields = [
            "id",
            "customer",
            "customer_email",
            "status",
            "total_cents",
            "items",
            "created_at",
            "updated_at",
            "paid_at",
            "shipped_at",
            "cancelled_at",
            "archived_at",
        ]
        read_only_fields = ["status"]
        extra_kwargs = {
            "archived_at": {
                "help_text": "When the order was archived, or null. Archived orders are hidden from lists and reports."
            }
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Event",
            {
                "id": 81,
                "order": 3,
                "kind": "paid",
                "created_at": "2026-05-28T13:22:00Z",
                "key_prefix": "1a2b3c4d",
                "key_name": "billing job",
            },
            response_only=True,
        )
    ],
)
class OrderEventSerializer(serializers.ModelSerializer):
    """A change of an order's status or archive flag, and the API key that made it."""

    class Meta:
        model = OrderEvent
        fields = ["id", "order", "kind", "created_at", "key_prefix", "key_name"]
