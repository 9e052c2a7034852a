from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from apps.api.rows import Selector
from apps.api.viewsets import CrudViewSet
from apps.customers import selectors, services
from apps.customers.filters import CustomerFilter
from apps.customers.models import Customer
from apps.customers.serializers import CUSTOMER_EXAMPLE, CustomerSerializer


@extend_schema_view(
    list=extend_schema(summary="List customers", description="All customers, inactive ones included."),
    retrieve=extend_schema(summary="Read a customer", description="The customer, with an `ETag` for later changes."),
    create=extend_schema(
        summary="Create a customer",
        description="409 if another customer has this e-mail address; upper and lower case are the same.",
    ),
    partial_update=extend_schema(
        summary="Change a customer",
        description="Changes the fields that are sent. 409 if another customer has the new e-mail address.",
        examples=[OpenApiExample("Other name", {"name": "Margaret Hamilton"}, request_only=True), CUSTOMER_EXAMPLE],
    ),
    destroy=extend_schema(summary="Delete a customer", description="409 if the customer has orders."),
)
class CustomerViewSet(CrudViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    ordering_fields = ["id", "created_at", "email"]
    conflicts = {
        "create": [services.CustomerEmailTaken],
        "partial_update": [services.CustomerEmailTaken],
        "destroy": [services.CustomerHasOrders],
    }

    def get_selector(self) -> Selector:
        return selectors.customer_list

    def lock_row(self, pk: int) -> None:
        services.lock_customer(customer_id=pk)

    def create_row(self, **fields: Any) -> int:
        return services.create_customer(**fields)

    def update_row(self, pk: int, **fields: Any) -> None:
        services.update_customer(customer_id=pk, **fields)

    def delete_row(self, pk: int) -> None:
        services.delete_customer(customer_id=pk)
