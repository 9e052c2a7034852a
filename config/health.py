"""Is the process up, and can it serve? For load balancers and people."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from apps.tenancy.database import pending_migrations, trigger_problems
from apps.tenancy.isolation import isolation_problems


def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the database answers and is as this version needs it: migrations, triggers, row security; else 503.

    Row security has to apply to the connected role, or it would serve every tenant's rows.
    """
    try:
        pending = pending_migrations(connection)
        problems = [] if pending else trigger_problems(connection) + isolation_problems(connection)
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "the database does not answer"}, status=503)
    if pending:
        return JsonResponse({"status": "unavailable", "reason": f"{pending} migrations to apply"}, status=503)
    if problems:
        return JsonResponse({"status": "unavailable", "reason": "; ".join(problems)}, status=503)
    return JsonResponse({"status": "ok"})
