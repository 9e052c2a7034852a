from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.customers.models import Customer
from apps.orders.lifecycle import REVENUE, REVENUE_STATUSES, EventKind, Status
from apps.tenancy.owned import TenantOwned
from apps.tenancy.text import IsPlain, PlainTextField

# With these bounds an order is at most 10^13 cents: exact in JSON numbers, and a bigint holds a million of them.
MAX_QUANTITY = 10_000
MAX_UNIT_PRICE_CENTS = 10_000_000
MAX_ITEMS_PER_ORDER = 100


class Order(TenantOwned):
    """An order of a customer. `lifecycle` defines its moves; its items can change only while it is a draft."""

    # PROTECT: deleting a customer never deletes orders.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    total_cents = models.BigIntegerField(
        default=0, editable=False, help_text="Sum of quantity times unit price over the items; kept by the database."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    paid_at = models.DateTimeField(null=True, editable=False)
    shipped_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False, help_text="Set: hidden from lists and reports.")

    class Meta(TenantOwned.Meta):
        constraints = [
            # What a key (tenant, order) can point at.
            models.UniqueConstraint(fields=["tenant", "id"], name="order_tenant_id"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status_known"),
            # Reports date revenue by paid_at: an order that counts has one.
            models.CheckConstraint(
                condition=~Q(status__in=REVENUE_STATUSES) | Q(paid_at__isnull=False), name="order_revenue_is_dated"
            ),
        ]
        indexes = [
            # One index per ordering. Its further columns are those of the filters: the database passes over an order in
            # the index, which takes a thirtieth of the time that its row takes.
            models.Index(
                fields=["tenant", "created_at", "id", "total_cents", "status", "archived_at"], name="order_by_created"
            ),
            models.Index(
                fields=["tenant", "total_cents", "id", "created_at", "status", "archived_at"], name="order_by_total"
            ),
            models.Index(
                fields=["tenant", "id", "created_at", "total_cents", "status", "archived_at"], name="order_by_id"
            ),
            models.Index(fields=["tenant", "status", "created_at", "id"], name="order_by_status"),
            models.Index(fields=["tenant", "customer", "created_at", "id"], name="order_by_customer"),
            # Reports: what counts as revenue, for a short range of days and for a long one. Both hold all columns that
            # the summary reads. The second is in the order of customers, so that a long range needs no hash table.
            models.Index(
                fields=["tenant", "paid_at", "customer", "total_cents"],
                name="order_revenue_by_paid",
                condition=REVENUE,
            ),
            models.Index(
                fields=["tenant", "customer", "paid_at", "total_cents"],
                name="order_revenue_by_customer",
                condition=REVENUE,
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class Item(TenantOwned):
    """A line of an order. Deleted with its order; never moved to another."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items", db_index=False)
    sku = PlainTextField(max_length=64, help_text="Stock keeping unit: the seller's name for the product.")
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)])
    unit_price_cents = models.PositiveBigIntegerField(validators=[MaxValueValidator(MAX_UNIT_PRICE_CENTS)])

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__range=(1, MAX_QUANTITY)), name="item_quantity_range"),
            models.CheckConstraint(
                condition=Q(unit_price_cents__range=(0, MAX_UNIT_PRICE_CENTS)), name="item_unit_price_range"
            ),
            models.CheckConstraint(condition=IsPlain("sku"), name="item_sku_plain"),
            models.UniqueConstraint(fields=["tenant", "id"], name="item_tenant_id"),
        ]
        indexes = [models.Index(fields=["tenant", "order", "id"], name="item_by_order")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"


class OrderEvent(TenantOwned):
    """One change of an order's status or archive flag, with the API key that made it: the order's history."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Copies, because a key can be renamed or deleted, and the history remains.
    key_prefix = models.CharField(
        max_length=8, db_default="", help_text="Prefix of the API key that made the change; empty for none."
    )
    key_name = PlainTextField(max_length=100, db_default="", help_text="The key's name at that time.")

    class Meta(TenantOwned.Meta):
        constraints = [models.CheckConstraint(condition=IsPlain("key_name"), name="event_key_name_plain")]
        indexes = [
            models.Index(fields=["tenant", "order", "id"], name="event_by_order"),
            models.Index(fields=["tenant", "created_at", "id"], name="event_by_created"),
            models.Index(fields=["tenant", "kind", "created_at", "id"], name="event_by_kind"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id} {self.kind}"
