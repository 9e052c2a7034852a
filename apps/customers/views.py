from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from apps.customers import selectors, services
from apps.customers.filters import CustomerFilter
from apps.customers.models import Customer
from apps.customers.serializers import CustomerSerializer
from apps.etags import ETagMixin
from apps.rows import Selector


@extend_schema_view(
    list=extend_schema(summary="List customers"),
    retrieve=extend_schema(summary="Read a customer"),
    create=extend_schema(summary="Create a customer", description="409 if the e-mail is taken (case does not count)."),
    partial_update=extend_schema(summary="Change a customer"),
    destroy=extend_schema(summary="Delete a customer", description="409 if the customer has orders."),
)
class CustomerViewSet(
    ETagMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    lookup_value_converter = "int"
    http_method_names = ["get", "post", "patch", "delete", "head"]
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    ordering_fields = ["id", "created_at", "email"]
    ordering = "-id"

    def get_selector(self) -> Selector:
        return selectors.customer_list

    def lock_row(self, pk: int) -> None:
        services.lock_customer(customer_id=pk)

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.instance = services.create_customer(**serializer.validated_data)

    def perform_update(self, serializer: Any) -> None:
        services.update_customer(customer=serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Customer) -> None:
        services.delete_customer(customer=instance)
