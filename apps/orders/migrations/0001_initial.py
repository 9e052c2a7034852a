import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import apps.tenancy.owned
import apps.tenancy.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("paid", "Paid"),
                            ("shipped", "Shipped"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                (
                    "total_cents",
                    models.BigIntegerField(
                        default=0,
                        editable=False,
                        help_text="Sum of quantity times unit price over the items; kept by the database.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("paid_at", models.DateTimeField(editable=False, null=True)),
                ("shipped_at", models.DateTimeField(editable=False, null=True)),
                ("cancelled_at", models.DateTimeField(editable=False, null=True)),
                (
                    "archived_at",
                    models.DateTimeField(editable=False, help_text="Set: hidden from lists and reports.", null=True),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="customers.customer",
                    ),
                ),
                (
                    "tenant",
                    apps.tenancy.owned.TenantField(
                        db_index=False,
                        default=apps.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sku",
                    models.CharField(help_text="Stock keeping unit: the seller's name for the product.", max_length=64),
                ),
                (
                    "quantity",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ]
                    ),
                ),
                (
                    "unit_price_cents",
                    models.PositiveBigIntegerField(validators=[django.core.validators.MaxValueValidator(10000000)]),
                ),
                (
                    "tenant",
                    apps.tenancy.owned.TenantField(
                        db_index=False,
                        default=apps.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paid", "Paid"),
                            ("shipped", "Shipped"),
                            ("cancelled", "Cancelled"),
                            ("archived", "Archived"),
                            ("unarchived", "Unarchived"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="orders.order",
                    ),
                ),
                (
                    "tenant",
                    apps.tenancy.owned.TenantField(
                        db_index=False,
                        default=apps.tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["tenant", "created_at", "id"], name="order_by_created"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["tenant", "total_cents", "id"], name="order_by_total"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["tenant", "status", "created_at", "id"], name="order_by_status"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["tenant", "customer", "created_at", "id"], name="order_by_customer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True), ("status__in", ("paid", "shipped"))),
                fields=["tenant", "paid_at"],
                name="order_revenue_by_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("tenant", "id"), name="order_tenant_id"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "paid", "shipped", "cancelled"])), name="order_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("paid", "shipped")), _negated=True),
                    ("paid_at__isnull", False),
                    _connector="OR",
                ),
                name="order_revenue_is_dated",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["tenant", "order", "id"], name="item_by_order"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__range", (1, 10000))), name="item_quantity_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price_cents__range", (0, 10000000))), name="item_unit_price_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("tenant", "id"), name="item_tenant_id"),
        ),
        migrations.AddIndex(
            model_name="orderevent",
            index=models.Index(fields=["tenant", "order", "id"], name="event_by_order"),
        ),
    ]
