import django.db.models.deletion
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
            name="CustomerTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_count", models.BigIntegerField(default=0, help_text="Orders that count as revenue.")),
                ("total_cents", models.BigIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
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
                "indexes": [models.Index(fields=["tenant", "-total_cents", "customer"], name="customertotal_by_total")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "customer"), name="customertotal_unique")],
            },
        ),
    ]
