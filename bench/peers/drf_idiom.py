"""Idiomatic DRF: ModelSerializer, ModelViewSet, select_related, prefetch_related and cursor pagination.

`numbered/` uses page numbers, DRF's most common pagination, which counts all rows for each page.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.urls import include, path
from rest_framework import pagination, routers, serializers, viewsets

from bench.peers import predecessor
from bench.peers.shop.models import Customer, Item, Order


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "sku", "quantity", "unit_price_cents"]


class OrderSerializer(serializers.ModelSerializer):
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    customer_email = serializers.EmailField(source="customer.email", read_only=True)
    items = ItemSerializer(many=True)

    class Meta:
        model = Order
        fields = ["id", "customer", "customer_email", "status", "total_cents", "items", "created_at", "updated_at",
                  "paid_at", "shipped_at", "cancelled_at", "archived_at"]  # fmt: skip
        read_only_fields = [name for name in fields if name not in ("customer", "items")]

    def create(self, validated_data: dict[str, Any]) -> Order:
        items = validated_data.pop("items")
        with transaction.atomic():
            order = Order.objects.create(**validated_data)
            Item.objects.bulk_create([Item(order=order, **item) for item in items])
            order.refresh_from_db(fields=["total_cents"])  # maintained by a trigger
        return order


class OrderFilter(django_filters.FilterSet):
    email = django_filters.CharFilter("customer__email", lookup_expr="icontains")

    class Meta:
        model = Order
        fields = ["status"]


class Cursor(pagination.CursorPagination):
    page_size = 20
    ordering = ("-created_at", "-id")


class Numbered(pagination.PageNumberPagination):
    page_size = 20


class OrderViewSet(viewsets.ModelViewSet):
    queryset = Order.objects.filter(archived_at=None).select_related("customer").prefetch_related("items")
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    pagination_class = Cursor


class NumberedViewSet(OrderViewSet):
    queryset = OrderViewSet.queryset.order_by("-created_at", "-id")
    pagination_class = Numbered


router = routers.SimpleRouter()
router.register("orders", OrderViewSet)
router.register("numbered", NumberedViewSet, basename="numbered")
urlpatterns = [
    path("", include(router.urls)),
    path("predecessor/one-query/", predecessor.one_query_view),
    path("predecessor/python/", predecessor.python_view),
]
