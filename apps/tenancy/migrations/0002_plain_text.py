import logging

import django.db.models.functions.text
from django.db import migrations, models

import apps.tenancy.text
from apps.tenancy.rewriting import make_plain

log = logging.getLogger(__name__)


def make_names_plain(from_apps, schema_editor):
    make_plain(from_apps.get_model("tenancy", "Tenant").objects.all(), "name")
    make_plain(from_apps.get_model("tenancy", "ApiKey").objects.all(), "name")


def make_slugs_unique(from_apps, schema_editor):
    """Give a slug that differs from an older one only in case its tenant's id: `Acme` becomes `Acme-7`."""
    tenants = from_apps.get_model("tenancy", "Tenant").objects.order_by("pk")
    for tenant in tenants:
        if tenants.filter(slug__iexact=tenant.slug, pk__lt=tenant.pk).exists():
            slug = f"{tenant.slug[:30]}-{tenant.pk}"  # a slug has 50 characters at most, an id 19 digits
            tenants.filter(pk=tenant.pk).update(slug=slug)
            log.warning("The tenant %r is %r now: another one has the same slug in other capitals.", tenant.slug, slug)


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make_names_plain, migrations.RunPython.noop),
        migrations.RunPython(make_slugs_unique, migrations.RunPython.noop),
        migrations.AlterField("apikey", "name", apps.tenancy.text.PlainTextField(blank=True, max_length=100)),
        migrations.AlterField("tenant", "name", apps.tenancy.text.PlainTextField(max_length=200)),
        migrations.AddConstraint(
            "apikey", models.CheckConstraint(condition=apps.tenancy.text.IsPlain("name"), name="apikey_name_plain")
        ),
        migrations.AddConstraint(
            "tenant",
            models.UniqueConstraint(
                django.db.models.functions.text.Lower("slug"),
                name="tenant_slug_unique_in_any_case",
                violation_error_message="A tenant has this slug already, in other capitals.",
            ),
        ),
        migrations.AddConstraint(
            "tenant", models.CheckConstraint(condition=apps.tenancy.text.IsPlain("name"), name="tenant_name_plain")
        ),
    ]
