from django.db import migrations, models

import apps.tenancy.text
from apps.tenancy.rewriting import make_plain, rows_by_tenant


def make_rows_plain(from_apps, schema_editor):
    for rows in rows_by_tenant(from_apps, "orders", "Item"):
        make_plain(rows, "sku")


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_tenant_by_parent"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        migrations.RunPython(make_rows_plain, migrations.RunPython.noop),
        migrations.AlterField(
            "item",
            "sku",
            apps.tenancy.text.PlainTextField(
                max_length=64, help_text="Stock keeping unit: the seller's name for the product."
            ),
        ),
        migrations.AddConstraint(
            "item", models.CheckConstraint(condition=apps.tenancy.text.IsPlain("sku"), name="item_sku_plain")
        ),
    ]
