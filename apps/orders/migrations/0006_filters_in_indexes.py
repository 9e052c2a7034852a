from django.db import migrations, models

from apps.database.online import AddIndexOnline, RemoveIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0005_event_key"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        RemoveIndexOnline("order", "order_by_created"),
        RemoveIndexOnline("order", "order_by_total"),
        AddIndexOnline(
            "order",
            models.Index(
                fields=["tenant", "created_at", "id", "total_cents", "status", "archived_at"], name="order_by_created"
            ),
        ),
        AddIndexOnline(
            "order",
            models.Index(
                fields=["tenant", "total_cents", "id", "created_at", "status", "archived_at"], name="order_by_total"
            ),
        ),
        AddIndexOnline(
            "order",
            models.Index(
                fields=["tenant", "id", "created_at", "total_cents", "status", "archived_at"], name="order_by_id"
            ),
        ),
    ]
