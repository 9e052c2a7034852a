from django.db import migrations

from apps.database.trigrams import NeedExtension, TrigramIndex


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_order_by_created"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        NeedExtension("btree_gin"),
        NeedExtension("pg_trgm"),
        migrations.AddIndex(
            model_name="customer",
            index=TrigramIndex(fields=["tenant", "email"], name="customer_email_trigrams"),
        ),
    ]
