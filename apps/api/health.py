"""Liveness and readiness probes."""

import logging
from contextlib import nullcontext

from django.conf import settings
from django.db import Error, connection, transaction
from django.http import HttpRequest, JsonResponse

from apps.database.disk import disk_problem
from apps.database.migrating import compare_migrations
from apps.database.triggers import trigger_problems
from apps.tenancy.isolation import isolation_problems
from apps.tenancy.roles import setting_problems

log = logging.getLogger(__name__)
# A probe must not wait long for a lock or a statement. The limits end with the transaction.
LIMITS = "SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '2s'"
REASONS = {"55P03": "a table is locked"}  # by SQLSTATE


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 and the release, using no other service: the process responds."""
    return JsonResponse({"status": "ok", "version": settings.RELEASE})


def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 if requests can succeed, changes included, and otherwise 503 with the reason.

    The database has to respond, to accept writes, and to have the migrations, triggers and row security of this
    version, or of a later one. Row security has to apply to the connected role, which would otherwise serve every
    tenant's rows.
    """
    try:
        # In a transaction, as in a request: a pooler may accept statements but no transactions. Not on SQLite, where
        # it would wait for writers.
        with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
            reason = "; ".join(_problems())
    except Error as error:
        log.warning("The database does not answer", exc_info=error)
        reason = REASONS.get(getattr(error.__cause__, "sqlstate", ""), "the database does not answer")
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"})


def _problems() -> list[str]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LIMITS)
    problems = setting_problems(connection)
    if disk := disk_problem():
        return [*problems, disk]  # Skip the other checks: SQLite may not even be able to read.
    pending, unknown = compare_migrations(connection)
    if pending:
        return [*problems, f"{pending} migrations to apply"]
    # During a deployment, this version serves on what a later one has migrated (docs/production.md).
    return problems + trigger_problems(connection, is_newer=unknown > 0) + isolation_problems(connection, serving=True)
