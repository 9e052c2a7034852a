"""Bring the totals of stale buckets up to date. Reports are right without it, but slower."""

from contextvars import ContextVar
from logging import getLogger
from typing import Any

from django.db import DatabaseError

from apps.reporting.models import StaleBuckets
from apps.tenancy.models import Tenant
from apps.tenancy.scope import allow_slow_statements, current_tenant, tenant_scope

BATCH = 500  # rows of StaleBuckets whose buckets are renewed in one transaction
TOLERATED = 16  # stale buckets with which a report is still fast

# The tenants whose buckets are renewed when the running request has been answered; None outside a request.
_waiting: ContextVar[list[Tenant] | None] = ContextVar("waiting", default=None)


def settle() -> None:
    """Renew every stale bucket of the current tenant, unless another process is doing so.

    Commits per batch, unless the caller has a transaction open. Locks the tenant first, as its deletion does.
    """
    tenant, renewed = current_tenant(), BATCH
    while renewed == BATCH:
        with tenant_scope(tenant):
            allow_slow_statements()
            free = Tenant.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=tenant.pk)
            ids = list(
                StaleBuckets.objects.order_by("first", "pk").values_list("pk", flat=True)[:BATCH] if free else []
            )
            renewed = len(ids)
            StaleBuckets.objects.filter(pk__in=ids).delete()


def note_stale(count: int) -> None:
    """Have `settle` called once the running request has been answered, if it met many stale buckets.

    So no writer pays for it, and the next reports profit. Outside a request nothing happens.
    """
    waiting = _waiting.get()
    if waiting is not None and count > TOLERATED and not waiting:
        waiting.append(current_tenant())


def on_request_started(**kwargs: Any) -> None:
    """Handle Django's request_started."""
    _waiting.set([])


def on_request_finished(**kwargs: Any) -> None:
    """Handle Django's request_finished: the response is complete, its transaction has ended."""
    waiting = _waiting.get() or []
    _waiting.set(None)
    for tenant in waiting:
        try:
            with tenant_scope(tenant, atomic=False):
                settle()
        except DatabaseError as error:  # A database that is busy or read-only: a later report tries again.
            getLogger(__name__).warning("Stale buckets were not renewed: %s", error)
