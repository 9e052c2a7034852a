import logging
from functools import partial
from urllib.parse import quote

from django.db import migrations, models

import apps.tenancy.text
from apps.customers.emails import normalize_address
from apps.tenancy.rewriting import make_plain, rewrite, rows_by_tenant

log = logging.getLogger(__name__)
ASCII = "".join(map(chr, range(0x21, 0x7F)))


def make_rows_plain(from_apps, schema_editor):
    for rows in rows_by_tenant(from_apps, "customers", "Customer"):
        rewrite(rows, "email", partial(stored_address, rows))
        make_plain(rows, "name")


def stored_address(rows, pk, address):
    """The address in the form that is stored, with the customer's id in it (`ada+7@…`) where another customer has it.

    What has no such form is escaped as in a URL: no mail reaches it, but a person can read it and correct it.
    """
    try:
        new = normalize_address(address)
    except ValueError:
        new = quote(address, safe=ASCII)
        log.warning("Customer %s has an e-mail address that is none; it is escaped now.", pk)
    if len(new) > 254 or rows.filter(email=new).exclude(pk=pk).exists():
        local, at, domain = new.rpartition("@")
        rest = f"+{pk}{at}{domain}"[-254:]
        new = f"{local[: 254 - len(rest)]}{rest}"
        log.warning("Customer %s has the e-mail address of another one; it has the id in it now.", pk)
    return new


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_email_trigrams"),
        ("tenancy", "0002_plain_text"),
    ]

    operations = [
        migrations.RunPython(make_rows_plain, migrations.RunPython.noop),
        migrations.AlterField("customer", "name", apps.tenancy.text.PlainTextField(max_length=200)),
        migrations.AddConstraint(
            "customer",
            models.CheckConstraint(condition=apps.tenancy.text.IsPrintableAscii("email"), name="customer_email_ascii"),
        ),
        migrations.AddConstraint(
            "customer", models.CheckConstraint(condition=apps.tenancy.text.IsPlain("name"), name="customer_name_plain")
        ),
    ]
