from django.db import migrations

from apps.tenancy.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_isolate"),
    ]

    operations = [
        Isolate("CustomerTotal"),
    ]
