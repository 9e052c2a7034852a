"""The request type of the middleware steps, their base class, and questions that several of them ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

if TYPE_CHECKING:  # Logging is configured before models can be imported.
    from apps.tenancy.models import Tenant


class ApiRequest(HttpRequest):
    """Django's request with the attributes that the middleware adds. Only a type: Django creates the instances."""

    id: str  # the response's X-Request-ID, set by Envelope
    tenant: Tenant | None  # set by Key; None for a page and a public view
    failure: BaseException | None  # the exception that made the request fail, for its log line


View = Callable[[ApiRequest], HttpResponse]


class Step:
    """One step of the middleware: it responds itself or calls `get_response`, the next step."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response


def is_api_request(request: HttpRequest) -> bool:
    """Whether the request's path is under /api/."""
    return request.path_info.startswith("/api/") or request.path_info == "/api"


def is_safe(request: HttpRequest) -> bool:
    """Whether the method is safe, that is read-only (RFC 9110, 9.2.1)."""
    return request.method in ("GET", "HEAD", "OPTIONS", "TRACE")


def public(view: Any) -> Any:
    """Mark a view under /api/ as one that needs no key. It reads no cookies, so it is exempt from CSRF checks."""
    view = csrf_exempt(view)
    view.public = True
    return view


def is_public(request: HttpRequest) -> bool:
    """Whether the request's view is marked as `public`. The URL must have been resolved."""
    return getattr(request.resolver_match.func, "public", False)  # type: ignore[union-attr]  # set by Routing
