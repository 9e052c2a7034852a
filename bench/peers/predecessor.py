"""The predecessor's own code: the summary in one ORM query, the summary in Python, and the seed."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from bench.peers.shop.models import Customer, Item, Order

REVENUE = ("paid", "shipped")


def summary_in_one_query(limit: int) -> list[dict[str, Any]]:
    """Join and group every paid and shipped order."""
    counted = Q(orders__status__in=REVENUE, orders__archived_at__isnull=True)
    rows = (
        Customer.objects.filter(is_active=True)
        .annotate(
            order_count=Count("orders", filter=counted), cents=Sum("orders__total_cents", filter=counted, default=0)
        )
        .order_by("-cents", "id")
        .values("id", "email", "order_count", "cents")[:limit]
    )
    return [_row(row["id"], row["email"], row["order_count"], row["cents"]) for row in rows]


def summary_in_python(limit: int) -> list[dict[str, Any]]:
    """Run a query per customer and one per order, and sum the items in Python."""
    rows = []
    for customer in Customer.objects.filter(is_active=True):
        count = cents = 0
        for order in customer.orders.all():
            if order.status in REVENUE and order.archived_at is None:
                count += 1
                cents += sum(item.quantity * item.unit_price_cents for item in order.items.all())
        rows.append(_row(customer.pk, customer.email, count, cents))
    return sorted(rows, key=lambda row: (-row["total_cents"], row["customer_id"]))[:limit]


def seed(customers: int, orders_per_customer: int, items_per_order: int) -> None:
    """Call save() for every row."""
    random, now = Random(7), timezone.now()
    for number in range(customers):
        customer = Customer(email=f"seed.{number}@example.com", name=f"Seed {number}")
        customer.save()
        for _ in range(orders_per_customer):
            status = random.choice(["draft", "paid", "shipped"])
            at = now - timedelta(minutes=random.randrange(180 * 24 * 60))
            order = Order(customer=customer, status=status, created_at=at, paid_at=None if status == "draft" else at)
            order.save()
            for _ in range(items_per_order):
                price = random.randint(100, 5000)
                Item(order=order, sku="TEA-GREEN-100", quantity=random.randint(1, 5), unit_price_cents=price).save()


def _row(customer_id: int, email: str, order_count: int, total_cents: int) -> dict[str, Any]:
    return {"customer_id": customer_id, "email": email, "order_count": order_count, "total_cents": total_cents}


def one_query_view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"rows": summary_in_one_query(int(request.GET["limit"]))})


def python_view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"rows": summary_in_python(int(request.GET["limit"]))})
