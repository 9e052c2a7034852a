from django.db import migrations

from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_isolate"),
    ]

    operations = [
        Isolate("Order"),
        Isolate("Item"),
        Isolate("OrderEvent"),
    ]
