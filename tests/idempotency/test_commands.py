from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from model_bakery import baker

from apps.idempotency.models import IdempotencyKey
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope


def purge(*arguments: str) -> str:
    out = StringIO()
    call_command("purge_idempotency_keys", *arguments, stdout=out)
    return out.getvalue()


def keys_of(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(IdempotencyKey.objects.order_by("key").values_list("key", flat=True))


@pytest.fixture
def aged_keys(acme: Tenant, globex: Tenant) -> None:
    """Acme has one recent and two expired keys, Globex one of each."""
    for tenant, hours in ((acme, (1, 25, 26)), (globex, (23, 48))):
        with tenant_scope(tenant):
            for age in hours:
                baker.make(IdempotencyKey, key=f"{age} hours", created_at=timezone.now() - timedelta(hours=age))


def test_purge_deletes_every_tenants_keys_older_than_a_day(acme, globex, aged_keys):
    printed = purge()

    assert printed == "acme\t2 keys\nglobex\t1 keys\n"
    assert (keys_of(acme), keys_of(globex)) == (["1 hours"], ["23 hours"])


def test_purge_prints_json(aged_keys):
    assert json.loads(purge("--json"))["purged"] == {"acme": 2, "globex": 1}


def test_purge_help_shows_how_to_call_it(capsys):
    with pytest.raises(SystemExit):
        call_command("purge_idempotency_keys", "--help")

    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines() if "manage.py" in line]
    assert lines[-2:] == [
        ["manage.py", "purge_idempotency_keys"],
        ["manage.py", "purge_idempotency_keys", "--json"],
    ]
