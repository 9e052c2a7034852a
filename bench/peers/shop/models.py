"""The service's tables, mapped as in a project without tenants."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

TENANT = 1


class OwnManager(models.Manager):
    """Filter related objects by tenant too, because every index of these tables begins with it."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(tenant_id=TENANT)


class Customer(models.Model):
    tenant_id = models.BigIntegerField(default=TENANT)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OwnManager()

    class Meta:
        managed = False
        db_table = "customers_customer"


class Order(models.Model):
    tenant_id = models.BigIntegerField(default=TENANT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=9, default="draft")
    total_cents = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    objects = OwnManager()

    class Meta:
        managed = False
        db_table = "orders_order"


class Item(models.Model):
    tenant_id = models.BigIntegerField(default=TENANT)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    sku = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    unit_price_cents = models.PositiveBigIntegerField()

    objects = OwnManager()

    class Meta:
        managed = False
        db_table = "orders_item"
