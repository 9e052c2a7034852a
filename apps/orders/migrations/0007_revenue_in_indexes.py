from django.db import migrations, models

from apps.database.online import AddIndexOnline, RemoveIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0006_filters_in_indexes"),
    ]

    operations = [
        RemoveIndexOnline("order", "order_revenue_by_paid"),
        AddIndexOnline(
            "order",
            models.Index(
                condition=models.Q(("archived_at__isnull", True), ("status__in", ("paid", "shipped"))),
                fields=["tenant", "paid_at", "customer", "total_cents"],
                name="order_revenue_by_paid",
            ),
        ),
        AddIndexOnline(
            "order",
            models.Index(
                condition=models.Q(("archived_at__isnull", True), ("status__in", ("paid", "shipped"))),
                fields=["tenant", "customer", "paid_at", "total_cents"],
                name="order_revenue_by_customer",
            ),
        ),
    ]
