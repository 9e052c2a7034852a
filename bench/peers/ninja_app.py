"""Django Ninja, with the same models and queries, and schemas instead of serializers."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from bench.peers.shop.models import Order


class ItemOut(Schema):
    id: int
    sku: str
    quantity: int
    unit_price_cents: int


class OrderOut(Schema):
    id: int
    customer: int
    customer_email: str
    status: str
    total_cents: int
    items: list[ItemOut]
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    cancelled_at: datetime | None
    archived_at: datetime | None

    @staticmethod
    def resolve_customer(order: Order) -> int:
        return order.customer_id

    @staticmethod
    def resolve_customer_email(order: Order) -> str:
        return order.customer.email


class Page(Schema):
    results: list[OrderOut]


api = NinjaAPI()


@api.get("/orders/", response=Page)
def order_list(request: HttpRequest, page: int = 1) -> dict[str, object]:
    orders = Order.objects.filter(archived_at=None).select_related("customer")
    first = (page - 1) * 20
    return {"results": orders.prefetch_related("items").order_by("-created_at", "-id")[first : first + 20]}


urlpatterns = [path("", api.urls)]
