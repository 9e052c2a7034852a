from django.db import migrations

from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
    ]

    operations = [
        Isolate("Order"),
        Isolate("Item"),
        Isolate("OrderEvent"),
    ]
