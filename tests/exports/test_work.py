"""What a worker does, and what remains of one that was killed, frozen, overtaken or told to stop."""

from __future__ import annotations

import io
import threading
import uuid

import pytest
from django.db import connection
from django.db.models.functions import Now
from model_bakery import baker

from apps.background import jobs, work
from apps.background.models import Job
from apps.background.sweeping import sweep
from apps.background.work import Lost, TooLong
from apps.exports import files, writing
from apps.exports.models import Export
from apps.exports.services import cancel_export, create_export, delete_export
from apps.exports.work import ExportHandler
from apps.orders.models import Item
from apps.tenancy.scope import tenant_scope
from tests.exports.conftest import stored

pytestmark = pytest.mark.usefixtures("in_acme")


def nothing() -> None:
    """Never stop."""


def claimed(acme, **filters):
    export_id = create_export(kind="items", filters=filters)
    return jobs.claim_job(tenant_id=acme.pk, job_id=Job.objects.get(row_id=export_id).pk)


def take_from(claim):
    """Let the claim's lease end, and claim the job again."""
    Job.objects.update(due_at=Now())
    return jobs.claim_job(tenant_id=claim.tenant.pk, job_id=claim.job_id)


def test_of_two_workers_with_one_job_the_one_that_has_the_claim_finishes(acme, folder):
    first = claimed(acme)
    second = take_from(first)

    with pytest.raises(Lost):
        ExportHandler().run(first, nothing)
    assert (stored(folder), Export.objects.get().state) == ([], "running")

    ExportHandler().run(second, nothing)

    assert stored(folder) == [Export.objects.get().file] == [f"{acme.pk}/{second.row_id}/{second.token.hex}"]


def test_a_worker_removes_what_a_killed_one_has_left(acme, folder):
    claim = claimed(acme)
    files.save(files.folder_of(acme.pk, claim.row_id), uuid.uuid4(), io.BytesIO(b"half a fi"))

    ExportHandler().run(take_from(claim), nothing)

    assert stored(folder) == [Export.objects.get().file]


@pytest.mark.parametrize("stop", [cancel_export, delete_export])
def test_a_worker_leaves_nothing_of_an_export_that_was_stopped_meanwhile(acme, folder, stop, monkeypatch):
    claim = claimed(acme)
    original = writing.write_rows

    def stopped(*args, **kwargs):
        rows = original(*args, **kwargs)
        stop(export_id=claim.row_id)
        return rows

    monkeypatch.setattr(writing, "write_rows", stopped)

    with pytest.raises(Lost):
        ExportHandler().run(claim, nothing)

    assert stored(folder) == []
    assert {*Export.objects.values_list("state", flat=True)} <= {"cancelled"}


def test_writing_stops_when_it_takes_too_long(acme, folder, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 2)
    baker.make(Item, quantity=1, unit_price_cents=1, _quantity=5)
    checks = []

    def check() -> None:
        checks.append(1)
        if len(checks) == 2:
            raise TooLong

    with pytest.raises(TooLong):
        ExportHandler().run(claimed(acme), check)

    assert (len(checks), stored(folder)) == (2, [])
    assert Item.objects.count() == 5  # The connection is usable.


def test_an_error_is_retried_and_the_last_one_is_the_reason(acme, folder, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("No space left on device: /somewhere/secret")

    create_export(kind="items", filters={})
    monkeypatch.setattr(files, "save", fail)
    for attempt in range(1, work.ATTEMPTS + 1):
        assert Export.objects.get().state in ("queued", "running")
        Job.objects.update(due_at=Now())
        assert sweep() == 1, attempt

    failed = Export.objects.get()
    assert (failed.state, failed.reason, failed.finished_at is None) == (
        "failed",
        "5 attempts failed. The last error was OSError.",
        False,
    )
    assert (stored(folder), Job.objects.count()) == ([], 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_file_is_one_snapshot(acme, folder, monkeypatch):
    """Rows that another transaction writes after the first one was read are not in it."""
    with tenant_scope(acme):
        baker.make(Item, quantity=1, unit_price_cents=1, _quantity=3)
        export_id = create_export(kind="items", filters={})
    monkeypatch.setattr(writing, "BATCH", 1)

    def write() -> None:
        try:
            with tenant_scope(acme):
                Item.objects.all().update(quantity=9_999)
        finally:
            connection.close()

    def check() -> None:
        if not written:
            written.append(1)
            writer = threading.Thread(target=write)
            writer.start()
            writer.join()

    written: list[int] = []
    claim = jobs.claim_job(tenant_id=acme.pk, job_id=Job.objects.get(row_id=export_id).pk)
    ExportHandler().run(claim, check)

    lines = (folder / stored(folder)[0]).read_text().splitlines()
    assert (len(written), len(lines)) == (1, 4)
    assert not any(",9999," in line for line in lines)
