"""The queue: claims, leases, retries and the sweeper."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.functions import Now

from apps.background import jobs, sweeping, waking, work
from apps.background.models import Job
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_tenant, tenant_scope
from harness.concurrency import at_once

pytestmark = pytest.mark.django_db


class Handler:
    """Records what it is asked to do."""

    ran: list[tuple[str, int]]
    failed: list[tuple[int, str]]
    error: Exception | None = None

    def run(self, claim, check) -> None:
        type(self).ran.append((current_tenant().slug, claim.row_id))
        if type(self).error:
            raise type(self).error
        assert jobs.finish_job(claim)

    def fail(self, claim, reason) -> None:
        type(self).failed.append((claim.row_id, reason))


@pytest.fixture(autouse=True)
def handler(monkeypatch) -> type[Handler]:
    """The handler of the only kind that is known."""
    Handler.ran, Handler.failed, Handler.error = [], [], None
    monkeypatch.setattr(apps.get_app_config("background"), "jobs", {"test": f"{__name__}.Handler"})
    monkeypatch.setattr(work, "handler_of", lambda kind: Handler())
    return Handler


def enqueued(tenant: Tenant, row_id: int = 1) -> Job:
    with tenant_scope(tenant):
        jobs.enqueue(kind="test", row_id=row_id)
    return Job.objects.get(tenant=tenant, row_id=row_id)


def make_due() -> None:
    Job.objects.update(due_at=Now(), woken_at=None)


def test_the_jobs_of_all_tenants_are_done_in_their_tenants_scope(acme, globex, handler):
    enqueued(acme, 1), enqueued(globex, 2), enqueued(acme, 3)

    assert sweeping.sweep() == 3

    assert handler.ran == [("acme", 1), ("globex", 2), ("acme", 3)]
    assert not Job.objects.exists()


def test_a_job_is_found_by_one_statement_for_any_number_of_tenants(count, acme):
    for number in range(3):
        enqueued(Tenant.objects.create(slug=f"tenant-{number}", name="Tenant"))
    Job.objects.update(due_at=Now() + timedelta(hours=1))
    enqueued(acme)

    # 1. due jobs  2. note that they were taken
    with count() as statements:
        taken = jobs.take_due_jobs()

    assert (len(statements), len(taken)) == (2, 1), statements.sql


def test_a_claimed_job_is_neither_claimed_nor_swept_again(acme, handler):
    job = enqueued(acme)

    claim = jobs.claim_job(tenant_id=acme.pk, job_id=job.pk)

    assert (claim.row_id, claim.attempt) == (1, 1)
    assert jobs.claim_job(tenant_id=acme.pk, job_id=job.pk) is None
    assert work.perform(acme.pk, job.pk) == ""
    assert sweeping.sweep() == 0
    assert handler.ran == []


def test_a_message_with_another_tenants_id_finds_no_job(acme, globex, handler):
    assert work.perform(globex.pk, enqueued(acme).pk) == ""
    assert work.perform(acme.pk, 987654321) == ""
    assert handler.ran == []


def test_a_job_of_a_kind_that_only_a_newer_version_knows_is_left_to_it(acme, handler):
    newer = enqueued(acme, 1)
    Job.objects.update(kind="newer")
    enqueued(acme, 2)

    assert (work.perform(acme.pk, newer.pk), sweeping.sweep(), handler.ran) == ("", 1, [("acme", 2)])

    assert [*Job.objects.values_list("kind", "attempts", "claim", "woken_at")] == [("newer", 0, None, None)]


def test_the_job_of_a_worker_that_vanished_is_claimed_when_its_lease_ends(acme, handler):
    job = enqueued(acme)
    lost = jobs.claim_job(tenant_id=acme.pk, job_id=job.pk)
    make_due()

    assert sweeping.sweep() == 1

    assert handler.ran == [("acme", 1)]
    assert (jobs.renew_claim(lost), jobs.finish_job(lost)) == (False, False)


def test_a_job_that_kills_its_workers_is_given_up(acme, handler):
    job = enqueued(acme)
    for _ in range(work.ATTEMPTS):
        assert jobs.claim_job(tenant_id=acme.pk, job_id=job.pk)
        make_due()

    assert work.perform(acme.pk, job.pk) == "failed"

    assert handler.failed == [(1, "5 workers ended before they had finished it.")]
    assert (handler.ran, Job.objects.count()) == ([], 0)


def test_attempts_are_further_and_further_apart(acme, handler):
    job = enqueued(acme)
    handler.error = ValueError("secret")
    waits = []
    for _ in range(work.ATTEMPTS - 1):
        assert work.perform(acme.pk, job.pk) == "retry"
        job.refresh_from_db()
        waits.append((job.due_at - Job.objects.annotate(now=Now()).get().now).total_seconds())
        make_due()

    assert [round(wait) for wait in waits] == [2, 4, 8, 16]
    assert work.perform(acme.pk, job.pk) == "failed"
    assert handler.failed == [(1, "5 attempts failed. The last error was ValueError.")]


def test_a_withdrawn_job_is_not_done(acme, handler):
    job = enqueued(acme)
    claim = jobs.claim_job(tenant_id=acme.pk, job_id=job.pk)

    with tenant_scope(acme):
        jobs.withdraw(kind="test", row_id=1)

    assert (jobs.renew_claim(claim), sweeping.sweep(), handler.ran) == (False, 0, [])


def test_with_a_queue_the_sweeper_only_wakes_and_not_again_at_once(acme, settings, monkeypatch, handler):
    settings.QUEUE_URL = "http://127.0.0.1:1/queue"
    sent = []
    monkeypatch.setattr(waking, "wake", lambda *ids: sent.append(ids))
    job = enqueued(acme)

    assert sweeping.sweep() == 0  # Its message has just been sent.
    Job.objects.update(woken_at=Now() - timedelta(seconds=11))
    assert sweeping.sweep() == 1
    assert sweeping.sweep() == 0

    assert (sent, handler.ran) == ([(acme.pk, job.pk)], [])


def test_a_queue_that_is_down_fails_no_request_and_is_left_alone_for_a_while(acme, settings, monkeypatch):
    settings.QUEUE_URL = settings.DEAD_LETTER_QUEUE_URL = "http://127.0.0.1:1/queue"
    monkeypatch.setattr(waking, "_paused_until", 0.0)
    attempts = []

    def send(*args, **kwargs):
        attempts.append(args)
        raise OSError("down")

    monkeypatch.setattr(waking, "_send", send)

    for job_id in range(3):
        waking.wake(acme.pk, job_id)
    waking.bury(acme.pk, 4)

    assert attempts == [(acme.pk, 0), (acme.pk, 4)]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_claims_a_job(acme):
    job = enqueued(acme)

    def claim(number: int):
        try:
            return jobs.claim_job(tenant_id=acme.pk, job_id=job.pk)
        finally:
            connection.close()

    assert len([won for won in at_once(8, claim) if won]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_working_handler_keeps_its_claim_and_learns_that_it_was_withdrawn(acme, settings, monkeypatch):
    settings.JOB_LEASE_SECONDS = 0.6
    job, seen = enqueued(acme), threading.Event()

    class Slow:
        def run(self, claim, check) -> None:
            wait_for(lambda: Job.objects.get(pk=job.pk).due_at > first)
            with tenant_scope(acme):
                jobs.withdraw(kind="test", row_id=1)
            seen.set()
            wait_for(lambda: check() or False)

    first = job.due_at + timedelta(seconds=0.7)
    monkeypatch.setattr(work, "handler_of", lambda kind: Slow())

    assert (work.perform(acme.pk, job.pk), seen.is_set()) == ("lost", True)


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_takes_too_long_is_stopped(acme, settings, monkeypatch):
    settings.JOB_SECONDS = 0
    job = enqueued(acme)

    class Endless:
        def run(self, claim, check) -> None:
            wait_for(lambda: check() or False)

    monkeypatch.setattr(work, "handler_of", lambda kind: Endless())

    assert work.perform(acme.pk, job.pk) == "retry"


def test_what_a_handler_raises_after_its_time_is_that_it_took_too_long(acme, settings, handler, monkeypatch):
    settings.JOB_SECONDS = 0
    monkeypatch.setattr(work, "ATTEMPTS", 1)
    handler.error = OSError("canceling statement due to statement timeout")

    assert work.perform(acme.pk, enqueued(acme).pk) == "failed"

    assert handler.failed == [(1, "1 attempts failed. It took longer than 0 seconds.")]


def wait_for(condition) -> None:
    stop = threading.Event()
    for _ in range(600):
        if condition():
            return
        stop.wait(0.05)
    raise TimeoutError
