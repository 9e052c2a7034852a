"""Problem details (RFC 9457): the one shape of every 4xx and 5xx response under /api/."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions

from apps.api.masking import mask_api_keys
from apps.api.problem_types import BY_STATUS, PAGES, title_of
from apps.api.request import ApiRequest
from apps.errors import Conflict, violation

CONTENT_TYPE = "application/problem+json"
# Why the database could not serve a request, by SQLSTATE; the limits are those of the role (`deploy/roles.sql`).
UNAVAILABLE = {
    "55P03": "Another request holds a lock that this one needs; try again.",
    "57014": "The database took too long; try again, or ask for less.",
    "25P03": "The request was idle in its transaction for too long; try again.",
    "25006": "The database is read-only at present.",
    "53100": "The database's disk is full.",
}


def problem(
    request: ApiRequest, status: int, detail: str, *, kind: str = "", headers: Any = None, **members: object
) -> HttpResponse:
    """A problem document. `kind` names its type when the status alone does not; `members` are the type's own."""
    body = {**problem_members(status, detail, request.id, kind), **members}
    response = JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
    # Messages quote invalid values: a misplaced API key must not end up in the client's logs.
    response.content = mask_api_keys(response.content.decode())
    return response


def problem_members(status: int, detail: str, request_id: str, kind: str = "") -> dict[str, object]:
    """The members that every problem document has (RFC 9457, section 3.1)."""
    kind = kind or BY_STATUS.get(status, "")
    return {
        "type": f"{PAGES}{kind}" if kind else "about:blank",
        "title": title_of(kind) if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's hook: return the problem for an exception of a view, or None for a bug, which `unexpected` handles."""
    request = context["request"]._request
    if isinstance(exc, Conflict):
        return problem(request, 409, exc.detail, kind=exc.slug(), **exc.members)
    if isinstance(exc, ProtectedError | RestrictedError):
        rows = exc.protected_objects if isinstance(exc, ProtectedError) else exc.restricted_objects
        referring = sorted({str(row._meta.verbose_name) for row in rows})
        detail = f"It cannot be deleted while other rows refer to it: {', '.join(referring)}."
        return problem(request, 409, detail, kind="still-referred-to", referring=referring)
    # get_object_or_404 raises a plain Http404; the DoesNotExist, which names the model, is its context.
    missing = exc.__context__ if isinstance(exc, Http404) else exc
    if isinstance(missing, ObjectDoesNotExist):
        return problem(request, 404, f"No such {type(missing).__qualname__.split('.')[0].lower()}.")
    if isinstance(exc, Http404):
        return problem(request, 404, "No such resource.")
    if isinstance(exc, exceptions.ValidationError):
        # A change takes no parameters: the middleware refuses them.
        place = "parameter" if request.method in ("GET", "HEAD") else "pointer"
        errors = list(_flatten(exc.detail, place))
        return problem(request, 400, "The request is not valid; see errors.", kind="invalid-request", errors=errors)
    if isinstance(exc, exceptions.APIException):
        return problem(request, exc.status_code, str(exc.detail))
    if isinstance(exc, SuspiciousOperation):
        # Too many parameters raise it during content negotiation; with DEBUG on, DRF would raise again.
        return unexpected(request, exc)
    return None


def unexpected(request: ApiRequest, exc: BaseException) -> HttpResponse:
    """Return the problem for what no view handles: an error of COMMIT, a busy database, a bug. Sets request.failure."""
    request.failure = exc
    if isinstance(exc, SuspiciousOperation):
        return problem(request, 400, "The request has too many parameters, or its address is too long.")
    if isinstance(exc, IntegrityError) and violation(exc):
        return problem(
            request,
            409,
            "Another request has changed data that this one depends on; try again.",
            kind="concurrent-change",
        )
    if isinstance(exc, OperationalError | InterfaceError | InternalError):
        reason = UNAVAILABLE.get(getattr(exc.__cause__, "sqlstate", None) or "", "The database is not available.")
        return problem(request, 503, reason, headers={"Retry-After": "1"})
    return problem(request, 500, "The server failed. Its log has the reason under this request id.")


def _flatten(detail: Any, place: str, path: str = "") -> Iterator[dict[str, str]]:
    """One error per field from DRF's nested ones, placed by parameter name or by JSON Pointer (RFC 6901)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if place == "parameter":
                yield from _flatten(inner, place, name)
            elif name == "non_field_errors":
                yield from _flatten(inner, place, path)
            else:
                yield from _flatten(inner, place, f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # A list of messages belongs to the field; a list of errors belongs to the elements of a list.
            yield from _flatten(inner, place, path if isinstance(inner, str) else f"{path}/{index}")
    else:
        yield {
            place: f"#{path}" if place == "pointer" else path,
            "code": getattr(detail, "code", "invalid"),
            "detail": str(detail),
        }
