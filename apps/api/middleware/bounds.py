from typing import Any

from django.conf import settings
from django.http import HttpResponse

from apps.api.problems import problem
from apps.api.request import ApiRequest, Step, is_api_request, is_public, is_safe

MAX_ADDRESS, MAX_HEADERS = 8 * 1024, 16 * 1024  # bytes: path and query; all names and values together


class Bounds(Step):
    """Refuse an API request by its headers alone: plain HTTP, a foreign origin, or a URL, headers or body too large."""

    def __call__(self, request: ApiRequest) -> HttpResponse:
        refusal = _refusal(request) if is_api_request(request) else None
        return self.get_response(request) if refusal is None else refusal


def _refusal(request: ApiRequest) -> HttpResponse | None:
    match: Any = request.resolver_match
    is_docs = match.view_name.startswith("docs-")  # a page: SecurityMiddleware redirects
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and not is_docs:
        return problem(request, 403, "Use https. This request was sent in clear text.", kind="https-required")
    if is_public(request):
        return None
    if not is_safe(request) and request.META.get("QUERY_STRING"):
        return problem(request, 400, "A request that changes data takes no query parameters.")
    # With a default tenant no key is needed, so a page of another origin could act through a user's browser.
    if settings.DEFAULT_TENANT and _is_from_another_origin(request) and not request.headers.get("Authorization"):
        return problem(request, 403, "A request from another origin needs an API key.", kind="key-required")
    if len(request.META["PATH_INFO"]) + len(request.META.get("QUERY_STRING", "")) > MAX_ADDRESS:
        return problem(request, 414, f"The address is longer than {MAX_ADDRESS} bytes.")
    if _header_size(request.META) > MAX_HEADERS:
        return problem(request, 431, f"The headers are larger than {MAX_HEADERS} bytes.")
    return None


def _is_from_another_origin(request: ApiRequest) -> bool:
    return request.headers.get("Origin", "") not in ("", f"{request.scheme}://{request.get_host()}")


def _header_size(environ: dict[str, Any]) -> int:
    headers = (item for item in environ.items() if item[0].startswith(("HTTP_", "CONTENT_TYPE")))
    return sum(len(name) + len(value) for name, value in headers)
