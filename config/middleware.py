"""What every request passes through: the envelope of its answer, then the one owner of an API request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import Resolver404, resolve

from apps.api.environ import CALLER, MALFORMED, client_address
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import snapshot_scope, tenant_scope
from config.idempotency import IDEMPOTENCY_KEY, answer_once
from config.limits import TooLarge, TooManyRequests, count_request, measure_request
from config.logs import choose_request_id, log_request, request_id
from config.problems import CONTENT_TYPE, problem, unexpected
from config.statements import count_statements
from config.transactions import refuse_broken, until_done, was_undone

View = Callable[[HttpRequest], HttpResponse]


def is_api_request(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or request.path_info == "/api"


class Envelope:
    """Every answer carries X-Request-ID and is logged, in development with Server-Timing; API errors are problems."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request.id = choose_request_id(request.headers.get("X-Request-ID", ""))  # type: ignore[attr-defined]
        request.tenant = request.failure = None  # type: ignore[attr-defined]  # for the log
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            return self._answer(request, started)
        finally:
            request_id.reset(token)

    def _answer(self, request: HttpRequest, started: float) -> HttpResponse:
        with count_statements() as statements:
            if malformed := request.META.get(MALFORMED):
                response = problem(request, 400, f"{malformed} cannot be read.")
            else:
                response = self.get_response(request)
        # Django's own error pages: a bad Host header, an error of another middleware.
        if is_api_request(request) and response.status_code >= 400 and response["Content-Type"] != CONTENT_TYPE:
            response = problem(request, response.status_code, f"{HTTPStatus(response.status_code).phrase}.")
        if response.status_code == 304:
            del response["Content-Length"]  # It would be that of the representation, which is not 0.
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        total = time.perf_counter() - started
        if settings.DEBUG:
            response["Server-Timing"] = (
                f'db;dur={statements.seconds * 1000:.1f};desc="{len(statements)} statements", '
                f"total;dur={total * 1000:.1f}"
            )
        log_request(request, status=response.status_code, seconds=total, statements=len(statements))
        return response


class TenantRequest:
    """Owns an API request: its address, key, tenant's limit and scope, and its transaction, COMMIT included.

    What can be refused from the headers is refused before the body is read. ATOMIC_REQUESTS covers neither rendering
    nor COMMIT. A safe request reads one snapshot and waits for nobody; any other is a transaction that is rolled back
    when the answer's status is 400 or more. Nothing was sent before COMMIT, so what the database undid is run again. A
    view that commits by itself says so with `transaction.non_atomic_requests`; one that needs no key has the attribute
    `public`.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api_request(request):
            return self.get_response(request)
        try:
            request.resolver_match = resolve(request.path_info)  # a refusal never comes to where Django does this
        except Resolver404:
            return problem(request, 404, f"There is nothing at this address.{_slash_hint(request)}")
        view = request.resolver_match.func
        allowed = allowed_methods(view)
        if allowed and request.method not in allowed:
            detail = f'Method "{request.method}" not allowed.'
            return problem(request, 405, detail, headers={"Allow": ", ".join(allowed)})
        is_docs = request.resolver_match.view_name == "docs"  # a page for people: SecurityMiddleware redirects them
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and not is_docs:
            return problem(request, 403, "Use https; what this request carried went over the network in clear.")
        if getattr(view, "public", False):
            return self.get_response(request)
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        headers: dict[str, str] = {}
        try:
            tenant = _caller(request).acting(changes=not is_safe(request))
            request.tenant = tenant.slug  # type: ignore[attr-defined]
            headers = count_request(tenant)
            response = _refuse_body(request)
            if response is None and not is_safe(request) and connection.alias in _non_atomic(view):
                response = self._answer_in_parts(request, tenant)
            elif response is None:
                response = until_done(lambda: self._answer(request, tenant))
        except keys.KeyRefused as error:
            return problem(request, 401, str(error), headers={"WWW-Authenticate": "Bearer"})
        except keys.TooManyFailures as error:
            return problem(request, 429, str(error), headers={"Retry-After": str(error.retry_after)})
        except keys.KeyIsReadOnly as error:
            return problem(request, 403, str(error))
        except TooManyRequests as error:
            return problem(request, 429, str(error), headers=error.headers)
        except Error as error:  # Raised by BEGIN or COMMIT, or undone too often.
            response = self._fail(request, error)
        for name, value in headers.items():
            response[name] = value
        return response

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Django's hook for what a view or its rendering raised."""
        if not is_api_request(request):
            return None
        return Undone(exc) if was_undone(exc) else self._fail(request, exc)

    def _refuse(self, request: HttpRequest) -> HttpResponse | None:
        """The problem of a request whose headers are enough to refuse it, or None."""
        if not is_safe(request):
            if request.META.get("QUERY_STRING"):
                return problem(request, 400, "A request that changes something takes no parameters in its address.")
            # Without a key the browser's user is all that stands between a foreign page and the default tenant.
            origin = request.headers.get("Origin")
            own = f"{request.scheme}://{request.get_host()}"
            if origin and origin != own and "Authorization" not in request.headers:
                return problem(request, 403, "A page of another origin needs an API key.")
        try:
            measure_request(request.META)
        except TooLarge as error:
            return problem(request, error.status, str(error))
        return None

    def _answer(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        if is_safe(request):
            with snapshot_scope(tenant):
                return self._view(request)
        with tenant_scope(tenant):
            response = answer_once(request, self._changed)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    def _changed(self, request: HttpRequest) -> HttpResponse:
        response = self._view(request)
        if response.status_code < 400:
            refuse_broken()
        return response

    def _answer_in_parts(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        if IDEMPOTENCY_KEY in request.headers:
            return problem(request, 400, f"This takes no {IDEMPOTENCY_KEY}: it commits in parts.")
        with tenant_scope(tenant, atomic=False):
            return self._view(request)

    def _view(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, Undone):
            raise response.error
        return response

    def _fail(self, request: HttpRequest, exc: Exception) -> HttpResponse:
        request.failure = exc  # type: ignore[attr-defined]
        return unexpected(request, exc)


class Undone(HttpResponse):
    """Carries a view's `error` past Django, which would answer it, to the owner of the transaction."""

    status_code = 503

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def is_safe(request: HttpRequest) -> bool:
    """Whether the method promises to change nothing (RFC 9110)."""
    return request.method in ("GET", "HEAD", "OPTIONS", "TRACE")


def allowed_methods(view: Any) -> list[str]:
    """The methods that one of DRF's views answers; none if it is a view that does not tell."""
    if not hasattr(view, "cls"):
        return []
    # A viewset's methods are bound when it is mounted. OPTIONS would describe the view; the schema does.
    bound = getattr(view, "actions", None) or [name for name in view.cls.http_method_names if hasattr(view.cls, name)]
    names = [*bound, "head"] if "get" in bound and "head" not in bound else [*bound]
    return [name.upper() for name in names if name in view.cls.http_method_names and name != "options"]


def _caller(request: HttpRequest) -> keys.Caller:
    """Whom the request acts for, as the server has found out already (`config.asgi`) or as is found now."""
    found = request.META.get(CALLER)
    if isinstance(found, Exception):
        raise found
    return found or keys.identify(request.headers.get("Authorization", ""), client_address(request.META))


def _refuse_body(request: HttpRequest) -> HttpResponse | None:
    """The problem of a request whose body cannot be had, or None."""
    try:
        length = len(request.body)  # A parser would read past the limit.
        if length < int(request.META.get("CONTENT_LENGTH") or 0):
            raise UnreadablePostError  # the connection's end, which a WSGI server may pass for the body's
    except RequestDataTooBig:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return problem(request, 413, f"The body is larger than {limit} bytes.")
    except (UnreadablePostError, ValueError):
        return problem(request, 400, "The body could not be read to its end.")
    return None


def _non_atomic(view: Any) -> Iterable[str]:
    return getattr(view, "_non_atomic_requests", ())


def _slash_hint(request: HttpRequest) -> str:
    other = request.path_info.rstrip("/") if request.path_info.endswith("/") else f"{request.path_info}/"
    try:
        resolve(other)
    except Resolver404:
        return ""
    return f" Did you mean {other} ?"
