import django.db.models.deletion
from django.db import migrations, models

import apps.tenancy.owned
import apps.tenancy.scope
from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_tenant_by_parent"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        migrations.CreateModel(
            name="BucketProduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bucket", models.BigIntegerField()),
                ("sku", models.CharField(max_length=64)),
                ("order_count", models.BigIntegerField()),
                ("pieces", models.BigIntegerField()),
                ("total_cents", models.BigIntegerField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "bucket", "sku"), name="bucketproduct_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="BucketTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bucket", models.BigIntegerField(help_text="Quarters of an hour since 1970-01-01T00:00Z.")),
                ("order_count", models.BigIntegerField()),
                ("total_cents", models.BigIntegerField()),
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "bucket"), name="buckettotal_unique")],
            },
        ),
        migrations.CreateModel(
            name="ProductTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=64)),
                ("order_count", models.BigIntegerField()),
                ("pieces", models.BigIntegerField()),
                ("total_cents", models.BigIntegerField()),
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
                "indexes": [models.Index(fields=["tenant", "-total_cents", "sku"], name="producttotal_by_total")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "sku"), name="producttotal_unique")],
            },
        ),
        migrations.CreateModel(
            name="StaleBuckets",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.BigIntegerField(help_text="First bucket.")),
                ("last", models.BigIntegerField(help_text="Last bucket, inclusive.")),
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
                "indexes": [models.Index(fields=["tenant", "first", "last"], name="stalebuckets_by_first")],
            },
        ),
        Isolate("BucketProduct"),
        Isolate("BucketTotal"),
        Isolate("ProductTotal"),
        Isolate("StaleBuckets"),
    ]
