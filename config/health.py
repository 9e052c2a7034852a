"""Is the process up, and can it serve? For load balancers and people."""

from __future__ import annotations

import logging
from contextlib import nullcontext

from django.db import Error, connection, transaction
from django.http import HttpRequest, JsonResponse

from apps.tenancy.database import pending_migrations, trigger_problems
from apps.tenancy.isolation import isolation_problems

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the database answers and is as this version needs it: migrations, triggers, row security; else 503.

    Row security has to apply to the connected role, or it would serve every tenant's rows.
    """
    try:
        # As a request does it: a pooler may let statements through and no transaction. SQLite's would wait for writers.
        with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
            reason = _what_is_missing()
    except Error as error:
        log.warning("The database does not answer", exc_info=error)
        reason = "the database does not answer"
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"})


def _what_is_missing() -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2s'")  # who asks waits for nobody's lock
    if pending := pending_migrations(connection):
        return f"{pending} migrations to apply"
    return "; ".join(trigger_problems(connection) + isolation_problems(connection))
