from django.db import migrations

from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_initial"),
    ]

    operations = [
        Isolate("CustomerTotal"),
    ]
