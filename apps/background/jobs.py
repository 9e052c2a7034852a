"""Jobs: put one in the queue, claim it, keep the claim, finish it. All times are the database's."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils import timezone

from apps.background import waking
from apps.background.models import Job
from apps.plugin import plugins
from apps.tenancy.models import Tenant
from apps.tenancy.scope import current_tenant

REWAKE = timedelta(seconds=10)  # A message that was sent longer ago, and reached nobody, counts as lost.
SWEPT = 500  # jobs that one sweep takes


@dataclass(frozen=True)
class Claim:
    """The exclusive right to work on a job until its lease ends. Every statement below names it."""

    job_id: int
    tenant: Tenant
    kind: str
    row_id: int
    attempt: int
    created_at: datetime
    token: uuid.UUID


def enqueue(*, kind: str, row_id: int) -> None:
    """Write a Job of the current tenant, and wake a worker once the caller's transaction is committed."""
    # Without workers to wake, the sweeper finds it.
    woken_at = Now() if waking.has_workers() else None
    job = Job.objects.create(tenant=current_tenant(), kind=kind, row_id=row_id, woken_at=woken_at)
    transaction.on_commit(lambda: waking.wake(job.tenant_id, job.pk))


def withdraw(*, kind: str, row_id: int) -> None:
    """Delete the Job of a row of the current tenant, if there is one. A worker that has it learns so at its renewal."""
    Job.objects.filter(tenant=current_tenant(), kind=kind, row_id=row_id).delete()


def claim_job(*, tenant_id: int, job_id: int) -> Claim | None:
    """Claim a job that is due, or return None: it is done, someone else has it, it waits, or its kind is unknown."""
    token = uuid.uuid4()
    due = _known().filter(pk=job_id, tenant=tenant_id, due_at__lte=Now())
    if not due.update(claim=token, due_at=_lease_end(), attempts=F("attempts") + 1):
        return None
    job = Job.objects.select_related("tenant").filter(pk=job_id, claim=token).first()
    if job is None:  # withdrawn just now
        return None
    return Claim(job.pk, job.tenant, job.kind, job.row_id, job.attempts, job.created_at, token)


def renew_claim(claim: Claim) -> bool:
    """Begin the claim's lease anew. False if the job was withdrawn, or was claimed by another after the lease ended."""
    return bool(_claimed(claim).update(due_at=_lease_end()))


def finish_job(claim: Claim) -> bool:
    """Delete the claim's Job: the work is done, or given up. False if the claim was lost.

    Call it in the transaction that writes the result, and roll that back if it returns False.
    """
    return bool(_claimed(claim).delete()[0])


def release_job(claim: Claim, *, after: timedelta) -> None:
    """End the claim without a result; the job is due again `after` that time."""
    _claimed(claim).update(claim=None, woken_at=None, due_at=Now() + after)


def take_due_jobs() -> Sequence[tuple[int, int]]:
    """Return (tenant id, job id) of jobs that are due and that no fresh message is about, the longest waiting first."""
    with transaction.atomic():
        waiting = _known().filter(Q(woken_at=None) | Q(woken_at__lt=Now() - REWAKE), due_at__lte=Now())
        # On PostgreSQL two sweepers take different jobs; SQLite's transactions run one at a time.
        found = waiting.order_by("due_at", "pk").select_for_update(skip_locked=True)
        jobs = list(found.values_list("tenant_id", "pk")[:SWEPT])
        Job.objects.filter(pk__in=[pk for _, pk in jobs]).update(woken_at=Now())
    return jobs


def queue_age() -> float:
    """Return for how many seconds the longest waiting job has been due; 0 if none is."""
    oldest = Job.objects.filter(due_at__lte=Now()).aggregate(at=Min("due_at"))["at"]
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0


def _known() -> QuerySet[Job]:
    # During a deployment, a newer version may have written jobs of other kinds: attempts of this one would only fail.
    return Job.objects.filter(kind__in=[kind for app in plugins() for kind in app.jobs])


def _claimed(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, tenant=claim.tenant, claim=claim.token)


def _lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
