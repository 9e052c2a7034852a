from django.db import migrations, models

from apps.tenancy.text import IsPlain, PlainTextField


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_plain_text"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        # db_default: events that are written without these columns name no key.
        migrations.AddField(
            "orderevent",
            "key_prefix",
            models.CharField(
                db_default="", help_text="Prefix of the API key that made the change; empty for none.", max_length=8
            ),
        ),
        migrations.AddField(
            "orderevent",
            "key_name",
            PlainTextField(db_default="", help_text="The key's name at that time.", max_length=100),
        ),
        migrations.AddConstraint(
            "orderevent", models.CheckConstraint(condition=IsPlain("key_name"), name="event_key_name_plain")
        ),
        migrations.AddIndex("orderevent", models.Index(fields=["tenant", "created_at", "id"], name="event_by_created")),
        migrations.AddIndex(
            "orderevent", models.Index(fields=["tenant", "kind", "created_at", "id"], name="event_by_kind")
        ),
    ]
