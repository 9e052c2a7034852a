from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_event_key"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        migrations.RemoveIndex("order", "order_by_created"),
        migrations.RemoveIndex("order", "order_by_total"),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["tenant", "created_at", "id", "total_cents", "status", "archived_at"], name="order_by_created"
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["tenant", "total_cents", "id", "created_at", "status", "archived_at"], name="order_by_total"
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["tenant", "id", "created_at", "total_cents", "status", "archived_at"], name="order_by_id"
            ),
        ),
    ]
