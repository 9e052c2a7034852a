from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.rows import Selector
from apps.api.strict import NoBodySerializer
from apps.api.viewsets import CrudViewSet, ListViewSet
from apps.orders import refusals, selectors, services
from apps.orders.filters import ItemFilter, OrderFilter
from apps.orders.models import Item, Order
from apps.orders.serializers import (
    ITEM_EXAMPLE,
    NEW_LINE,
    ORDER_EXAMPLE,
    ItemSerializer,
    OrderSerializer,
)


@extend_schema_view(
    list=extend_schema(
        summary="List orders", description="Orders with their items; archived ones are hidden by default."
    ),
    retrieve=extend_schema(summary="Read an order", description="The order, with an `ETag` for later changes."),
    create=extend_schema(summary="Create an order with its items", description="The order starts as a draft."),
    partial_update=extend_schema(
        summary="Change a draft",
        description="If `items` is present, it replaces all items. 409 unless the order is a draft.",
        examples=[OpenApiExample("Other items", {"items": [NEW_LINE]}, request_only=True), ORDER_EXAMPLE],
    ),
    destroy=extend_schema(summary="Delete a draft", description="409 unless the order is a draft."),
)
class OrderViewSet(CrudViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = ["id", "created_at", "total_cents"]
    ordering = "-created_at"
    conflicts = {
        "partial_update": [refusals.OrderNotDraft],
        "destroy": [refusals.OrderNotDraft],
        "pay": [refusals.MoveNotAllowed],
        "ship": [refusals.MoveNotAllowed],
        "cancel": [refusals.MoveNotAllowed],
    }
    example_ids = {"destroy": 3, "pay": 4, "cancel": 5, "ship": 2}

    def get_selector(self) -> Selector:
        return selectors.order_list

    def lock_row(self, pk: int) -> None:
        services.lock_order(order_id=pk)

    def create_row(self, **fields: Any) -> int:
        return services.create_order(**fields)

    def update_row(self, pk: int, **fields: Any) -> None:
        services.update_order(order_id=pk, **fields)

    def delete_row(self, pk: int) -> None:
        services.delete_order(order_id=pk)

    @extend_schema(
        summary="Mark a draft as paid",
        description="The order's items can no longer change, and it counts as revenue. 409 unless it is a draft.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def pay(self, request: Request, pk: int) -> Response:
        return self._act(services.pay_order, pk)

    @extend_schema(
        summary="Mark a paid order as shipped",
        description="It cannot be cancelled afterwards. 409 unless the order is paid.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: int) -> Response:
        return self._act(services.ship_order, pk)

    @extend_schema(
        summary="Cancel a draft or a paid order",
        description="Changes the status of this order and nothing else: neither its customer nor its total.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        return self._act(services.cancel_order, pk)

    @extend_schema(
        summary="Archive an order",
        description="Hides the order from lists and reports, in any status. Archiving an archived order has no effect.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: int) -> Response:
        return self._act(services.archive_order, pk)

    @extend_schema(
        summary="Unarchive an order",
        description="Shows an archived order in lists and reports again.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, pk: int) -> Response:
        return self._act(services.unarchive_order, pk)

    def _act(self, service: Callable[..., None], pk: int) -> Response:
        NoBodySerializer(data=self.request.data).is_valid(raise_exception=True)
        service(order_id=pk)
        return self.respond_with(pk)


@extend_schema_view(
    list=extend_schema(
        summary="List a customer's orders",
        description="The orders of one customer. Accepts the same filters as the list of all orders.",
    )
)
class CustomerOrderViewSet(ListViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = OrderViewSet.ordering_fields
    ordering = OrderViewSet.ordering

    def get_queryset(self) -> Any:
        return selectors.customer_order_list(customer_id=self.kwargs["customer_id"])


@extend_schema_view(
    list=extend_schema(summary="List items", description="Items of all orders; `order` selects those of one."),
    retrieve=extend_schema(summary="Read an item", description="The item, with an `ETag` for later changes."),
    create=extend_schema(summary="Add an item to a draft", description="409 unless the order is a draft."),
    partial_update=extend_schema(
        summary="Change an item of a draft",
        description="409 unless the order is a draft.",
        examples=[OpenApiExample("Other quantity", {"quantity": 5}, request_only=True), ITEM_EXAMPLE],
    ),
    destroy=extend_schema(summary="Delete an item of a draft", description="409 unless the order is a draft."),
)
class ItemViewSet(CrudViewSet):
    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    conflicts = {
        "create": [refusals.OrderNotDraft, refusals.OrderFull],
        "partial_update": [refusals.OrderNotDraft],
        "destroy": [refusals.OrderNotDraft, refusals.OrderNeedsItem],
    }
    example_ids = {"destroy": 2}

    def get_selector(self) -> Selector:
        return selectors.item_list

    def lock_row(self, pk: int) -> None:
        services.lock_item(item_id=pk)

    def create_row(self, **fields: Any) -> int:
        return services.create_item(**fields)

    def update_row(self, pk: int, **fields: Any) -> None:
        try:
            services.update_item(item_id=pk, **fields)
        except refusals.ItemStaysInOrder as error:
            raise ValidationError({"order": ErrorDetail(str(error), code="immutable")}) from error

    def delete_row(self, pk: int) -> None:
        services.delete_item(item_id=pk)
