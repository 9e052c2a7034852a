from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view

from apps.api.rows import Selector
from apps.api.viewsets import ListViewSet
from apps.orders import selectors
from apps.orders.filters import EventFilter, OrderEventFilter
from apps.orders.models import OrderEvent
from apps.orders.serializers import OrderEventSerializer


@extend_schema_view(
    list=extend_schema(
        summary="List events of all orders",
        description="Each change of an order's status or archive flag, the newest first.",
    )
)
class EventViewSet(ListViewSet):
    queryset = OrderEvent.objects.all()
    serializer_class = OrderEventSerializer
    filterset_class = EventFilter
    ordering_fields = ["created_at"]
    ordering = "-created_at"

    def get_selector(self) -> Selector:
        return selectors.event_list


@extend_schema_view(
    list=extend_schema(
        summary="List an order's events", description="The order's events, the newest first; `ordering=id` reverses it."
    )
)
class OrderEventViewSet(ListViewSet):
    queryset = OrderEvent.objects.all()
    serializer_class = OrderEventSerializer
    filterset_class = OrderEventFilter

    def get_queryset(self) -> Any:
        return selectors.order_event_list(order_id=self.kwargs["order_id"])
