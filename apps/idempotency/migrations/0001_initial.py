import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import apps.tenancy.owned
import apps.tenancy.scope
from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                (
                    "fingerprint",
                    models.CharField(help_text="Hex SHA-256 of the request that had the key first.", max_length=64),
                ),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        help_text="Null: not answered yet, seen by nobody else.", null=True
                    ),
                ),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                "indexes": [models.Index(fields=["tenant", "created_at"], name="idempotencykey_by_created")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "key"), name="idempotencykey_unique")],
            },
        ),
        Isolate("IdempotencyKey"),
    ]
