"""Do a job: claim it, keep the claim while a handler works, and end with a result, another attempt or a reason."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.background import jobs, waking
from apps.background.jobs import Claim
from apps.plugin import plugins
from apps.tenancy.scope import tenant_scope

ATTEMPTS = 5
BACKOFF = timedelta(seconds=2)  # before the second attempt; doubled for each further one

log = logging.getLogger(__name__)


class Lost(Exception):
    """The claim is gone: the row was withdrawn, or another worker has the job. Nothing may be written any more."""


class TooLong(Exception):
    """The job has taken longer than settings.JOB_SECONDS."""

    def __str__(self) -> str:
        return f"It took longer than {settings.JOB_SECONDS} seconds."


class Handler(Protocol):
    """What an app does for jobs of a kind. Both run in the tenant's scope, without a transaction."""

    def run(self, claim: Claim, check: Callable[[], None]) -> None:
        """Do the work, and call `finish_job` in the transaction that writes its result.

        `check` raises Lost or TooLong when the work is to stop; call it at least once a second. Anything that this
        raises leads to another attempt, so nothing half done may be visible.
        """

    def fail(self, claim: Claim, reason: str) -> None:
        """Record that the job is given up. Runs in the transaction that deletes it."""


def handler_of(kind: str) -> Handler:
    """Return the handler that an app names for the kind in `ProjectAppConfig.jobs`."""
    [path] = [app.jobs[kind] for app in plugins() if kind in app.jobs]
    return import_string(path)()


def perform(tenant_id: int, job_id: int) -> str:
    """Do the job if it is due, and return its outcome: "", "done", "lost", "retry" or "failed". Never twice at once."""
    claim = jobs.claim_job(tenant_id=tenant_id, job_id=job_id)
    if claim is None:
        return ""
    started, error = time.monotonic(), None
    with tenant_scope(claim.tenant, atomic=False):
        try:
            outcome = _attempt(claim)
        except Exception as raised:
            error = raised
            outcome = _after_failure(claim, raised)
    seconds = time.monotonic() - started
    waited = max(0.0, (timezone.now() - claim.created_at).total_seconds() - seconds)
    log.log(
        logging.WARNING if error else logging.INFO,
        f"Job {claim.kind} {claim.row_id} of {claim.tenant.slug}: {outcome}, attempt {claim.attempt}, {seconds:.2f} s",
        exc_info=error,
        extra={
            "metrics": {
                "job": claim.kind,
                "queue_seconds": round(waited, 3),
                "job_seconds": round(seconds, 3),
                "job_retries": claim.attempt - 1,
                "jobs_failed": int(outcome == "failed"),
            }
        },
    )
    return outcome


def _attempt(claim: Claim) -> str:
    if claim.attempt > ATTEMPTS:
        return _give_up(claim, f"{ATTEMPTS} workers ended before they had finished it.")
    try:
        with _keeping(claim) as check:
            handler_of(claim.kind).run(claim, check)
    except Lost:
        return "lost"
    return "done"


def _after_failure(claim: Claim, error: Exception) -> str:
    if claim.attempt >= ATTEMPTS:
        last = str(error) if isinstance(error, TooLong) else f"The last error was {type(error).__name__}."
        return _give_up(claim, f"{ATTEMPTS} attempts failed. {last}")
    jobs.release_job(claim, after=BACKOFF * 2 ** (claim.attempt - 1))
    return "retry"


def _give_up(claim: Claim, reason: str) -> str:
    try:
        with tenant_scope(claim.tenant):
            handler_of(claim.kind).fail(claim, reason)
            if not jobs.finish_job(claim):
                raise Lost
    except Lost:
        return "lost"
    waking.bury(claim.tenant.pk, claim.job_id)
    return "failed"


@contextmanager
def _keeping(claim: Claim) -> Iterator[Callable[[], None]]:
    """Renew the claim from a thread of its own while the block runs; yield the function that says when to stop."""
    stop, lost = threading.Event(), threading.Event()
    deadline = time.monotonic() + settings.JOB_SECONDS

    def renew() -> None:
        ends = time.monotonic() + settings.JOB_LEASE_SECONDS
        try:
            while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
                try:
                    begun = time.monotonic()
                    if not jobs.renew_claim(claim):
                        return lost.set()
                    ends = begun + settings.JOB_LEASE_SECONDS
                except DatabaseError:
                    connection.close()
                    if time.monotonic() > ends:
                        return lost.set()
        finally:
            connection.close()

    def check() -> None:
        if lost.is_set():
            raise Lost
        if time.monotonic() > deadline:
            raise TooLong

    thread = threading.Thread(target=renew, name=f"keeps job {claim.job_id}", daemon=True)
    thread.start()
    try:
        yield check
    except Lost:
        raise
    except Exception as error:
        if time.monotonic() > deadline:  # Whatever was raised: a statement that the database has ended, for example.
            raise TooLong from error
        raise
    finally:
        stop.set()
        thread.join()
