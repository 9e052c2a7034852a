"""What `manage.py expire_exports` deletes, and what it leaves alone."""

from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from model_bakery import baker

from apps.background.models import Job
from apps.background.sweeping import sweep
from apps.exports import expiring, files
from apps.exports.models import Export
from apps.exports.services import create_export
from apps.tenancy.models import Tenant
from tests.exports.conftest import stored

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("in_acme")
def test_expired_files_and_files_that_no_export_names_are_deleted(acme, folder):
    kept, expired, running = (create_export(kind="items", filters={}) for _ in range(3))
    Job.objects.filter(row_id=running).update(due_at=timezone.now() + timedelta(hours=1))
    assert sweep() == 2
    Export.objects.filter(pk=expired).update(expires_at=timezone.now())
    old = baker.make(Export, kind="items", state="failed", created_at=timezone.now() - timedelta(days=31))
    for name in (f"{acme.pk}/{kept}", f"{acme.pk}/{running}", f"{acme.pk}/987654321", "987654321/1"):
        files.save(name, uuid.UUID(int=1), io.BytesIO(b"left"))

    assert expiring.expire_exports() == (1, 1)
    expiring.remove_files_of_deleted_tenants()

    assert stored(folder) == sorted([Export.objects.get(pk=kept).file, f"{acme.pk}/{running}/{uuid.UUID(int=1).hex}"])
    assert Export.objects.get(pk=expired).state == "expired"
    assert not Export.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("name", ["static", "1-old", "\u0663"])
def test_folders_that_no_tenant_can_have_are_kept(folder, name):
    files.save(f"{name}/1", uuid.UUID(int=1), io.BytesIO(b"of another program"))

    expiring.remove_files_of_deleted_tenants()

    assert stored(folder) == [f"{name}/1/{uuid.UUID(int=1).hex}"]


def test_the_files_of_a_tenant_that_is_created_meanwhile_are_kept(folder, monkeypatch):
    original, created = files.names_in, []

    def names_in(name: str):
        if not created:  # just before the folders are listed
            created.append(Tenant.objects.create(slug="initech", name="Initech"))
            files.save(f"{created[0].pk}/1", uuid.UUID(int=1), io.BytesIO(b"new"))
        return original(name)

    monkeypatch.setattr(files, "names_in", names_in)

    expiring.remove_files_of_deleted_tenants()

    assert stored(folder) == [f"{created[0].pk}/1/{uuid.UUID(int=1).hex}"]


def test_a_storage_that_fails_for_one_tenant_does_not_keep_the_others_files(acme, globex, folder, monkeypatch, caplog):
    original, output = files.names_in, io.StringIO()
    files.save(f"{globex.pk}/987654321", uuid.UUID(int=1), io.BytesIO(b"left"))

    def names_in(name: str):
        if name == str(acme.pk):
            raise OSError("Input/output error")
        return original(name)

    monkeypatch.setattr(files, "names_in", names_in)

    with pytest.raises(CommandError, match=r"^1 failed, .*: acme\.$") as error:
        call_command("expire_exports", "--json", stdout=output)

    assert (error.value.returncode, stored(folder)) == (1, [])
    assert json.loads(output.getvalue()) == {"globex": {"expired": 0, "deleted": 0}}
    [logged] = [record for record in caplog.records if record.exc_info]
    assert "acme" in logged.getMessage()
    assert "Input/output error" in str(logged.exc_info[1])
