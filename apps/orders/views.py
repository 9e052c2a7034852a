from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from apps.etags import ConditionalMixin, ETagMixin
from apps.orders import selectors, services
from apps.orders.filters import ItemFilter, OrderFilter
from apps.orders.models import Item, Order
from apps.orders.serializers import ItemSerializer, OrderSerializer
from apps.rows import RowsMixin, Selector, read_one
from apps.strict import NoBodySerializer

METHODS = ["get", "post", "patch", "delete", "head"]


@extend_schema_view(
    list=extend_schema(summary="List orders"),
    retrieve=extend_schema(summary="Read an order"),
)
class OrderViewSet(ETagMixin, viewsets.GenericViewSet):
    lookup_value_converter = "int"
    http_method_names = METHODS
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = ["id", "created_at", "total_cents"]
    ordering = "-created_at"

    def get_selector(self) -> Selector:
        return selectors.order_list

    def lock_row(self, pk: int) -> None:
        services.lock_order(order_id=pk)

    @extend_schema(summary="Create an order with its items", description="It begins as a draft.")
    def create(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._order(services.create_order(**body.validated_data), status=201)

    @extend_schema(summary="Change a draft", description="`items`, when given, replaces all items. 409 unless a draft.")
    def partial_update(self, request: Request, pk: int) -> Response:
        body = self.get_serializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        services.update_order(order_id=pk, **body.validated_data)
        return self._order(pk)

    @extend_schema(summary="Delete a draft", description="409 unless a draft.")
    def destroy(self, request: Request, pk: int) -> Response:
        services.delete_order(order_id=pk)
        return Response(status=204)

    @extend_schema(summary="Pay: draft to paid", request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def pay(self, request: Request, pk: int) -> Response:
        return self._act(services.pay_order, pk)

    @extend_schema(summary="Ship: paid to shipped", request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: int) -> Response:
        return self._act(services.ship_order, pk)

    @extend_schema(
        summary="Cancel: draft or paid to cancelled",
        description="Changes this order's status and nothing else: not its customer, not its total.",
        request=None,
        responses=OrderSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        return self._act(services.cancel_order, pk)

    @extend_schema(summary="Hide from lists and reports", request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: int) -> Response:
        return self._act(services.archive_order, pk)

    @extend_schema(summary="Show in lists and reports again", request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, pk: int) -> Response:
        return self._act(services.unarchive_order, pk)

    def _act(self, service: Callable[..., None], pk: int) -> Response:
        NoBodySerializer(data=self.request.data).is_valid(raise_exception=True)
        service(order_id=pk)
        return self._order(pk)

    def _order(self, pk: int, status: int = 200) -> Response:
        return Response(read_one(OrderSerializer, selectors.order_list, pk), status=status)


@extend_schema_view(list=extend_schema(summary="List a customer's orders"))
class CustomerOrderViewSet(ConditionalMixin, RowsMixin, viewsets.GenericViewSet):
    http_method_names = ["get", "head"]
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = OrderViewSet.ordering_fields
    ordering = OrderViewSet.ordering

    def get_queryset(self) -> QuerySet[Order]:
        return selectors.customer_order_list(customer_id=self.kwargs["customer_id"])


@extend_schema_view(
    list=extend_schema(summary="List items"),
    retrieve=extend_schema(summary="Read an item"),
    create=extend_schema(summary="Add an item to a draft", description="409 unless the order is a draft."),
    partial_update=extend_schema(summary="Change an item of a draft", description="409 unless the order is a draft."),
    destroy=extend_schema(summary="Delete an item of a draft", description="409 unless the order is a draft."),
)
class ItemViewSet(
    ETagMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    lookup_value_converter = "int"
    http_method_names = METHODS
    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    ordering_fields = ["id"]
    ordering = "-id"

    def get_selector(self) -> Selector:
        return selectors.item_list

    def lock_row(self, pk: int) -> None:
        services.lock_item(item_id=pk)

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.instance = services.create_item(**serializer.validated_data)

    def perform_update(self, serializer: Any) -> None:
        fields = {name: value for name, value in serializer.validated_data.items() if name != "order"}
        services.update_item(item=serializer.instance, **fields)

    def perform_destroy(self, instance: Item) -> None:
        services.delete_item(item=instance)
