"""What every request passes through: the envelope of its answer, then the one owner of an API request."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import Resolver404, ResolverMatch, resolve

from apps.tenancy import keys
from apps.tenancy.scope import tenant_scope
from config.problems import CONTENT_TYPE, problem, unexpected
from config.statements import count_statements

log = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]
CLIENT_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def is_api_request(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


class Envelope:
    """Every answer carries X-Request-ID, and in development Server-Timing; every API error is a problem."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request.id = given if CLIENT_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        with count_statements() as statements:
            response = self.get_response(request)
        # Django's own error pages: a bad Host header, an error of another middleware.
        if is_api_request(request) and response.status_code >= 400 and response["Content-Type"] != CONTENT_TYPE:
            response = problem(request, response.status_code, f"{HTTPStatus(response.status_code).phrase}.")
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        if settings.DEBUG:
            total = time.perf_counter() - started
            response["Server-Timing"] = (
                f'db;dur={statements.seconds * 1000:.1f};desc="{len(statements)} statements", '
                f"total;dur={total * 1000:.1f}"
            )
        return response


class TenantRequest:
    """Owns an API request: its address, its key, its tenant's scope and its transaction, COMMIT included.

    ATOMIC_REQUESTS covers neither rendering nor COMMIT. On SQLite a safe request runs without a transaction: inside
    an IMMEDIATE one it would wait for writers. A view that commits by itself says so with
    `transaction.non_atomic_requests`; one that needs no key has the attribute `public`.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api_request(request):
            return self.get_response(request)
        try:
            view = resolve(request.path_info)
        except Resolver404:
            return problem(request, 404, f"There is nothing at this address.{_slash_hint(request)}")
        if getattr(view.func, "public", False):
            return self.get_response(request)
        try:
            # Read it once, here: a parser would read past the limit, and a retry could not read it again.
            _ = request.body
        except RequestDataTooBig:
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return problem(request, 413, f"The body is larger than {limit} bytes.")
        except UnreadablePostError:
            return problem(request, 400, "The body could not be read to its end.")
        return self._answer_for_tenant(request, view)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Django's hook for what a view or its rendering raised."""
        if not is_api_request(request):
            return None
        log.error("Request %s failed", request.id, exc_info=exc)  # type: ignore[attr-defined]
        return unexpected(request, exc)

    def _answer_for_tenant(self, request: HttpRequest, view: ResolverMatch) -> HttpResponse:
        safe = request.method in SAFE_METHODS
        atomic = not (
            (safe and connection.vendor == "sqlite")
            or connection.alias in getattr(view.func, "_non_atomic_requests", ())
        )
        try:
            tenant = keys.authenticate(request.headers.get("Authorization", ""), changes=not safe)
            with tenant_scope(tenant, atomic=atomic):
                response = self.get_response(request)
                if atomic and response.status_code >= 400:
                    transaction.set_rollback(True)
                return response
        except keys.KeyRefused as refusal:
            return problem(request, 401, str(refusal), headers={"WWW-Authenticate": "Bearer"})
        except keys.KeyIsReadOnly as refusal:
            return problem(request, 403, str(refusal))
        except DatabaseError as error:  # Raised by BEGIN or COMMIT; the view's own went to process_exception.
            log.error("Request %s failed", request.id, exc_info=error)  # type: ignore[attr-defined]
            return unexpected(request, error)


def _slash_hint(request: HttpRequest) -> str:
    other = request.path_info.rstrip("/") if request.path_info.endswith("/") else f"{request.path_info}/"
    try:
        resolve(other)
    except Resolver404:
        return ""
    return f" Did you mean {other} ?"
