"""Django's WSGI application, with corrections that an API needs."""

import io
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.http import parse_header_parameters

from apps.api.edge.environ import MALFORMED


class Application(WSGIHandler):
    """Decode every request as UTF-8, accept bodies without a Content-Length, and resolve each URL once.

    Django decodes the query string with any Python codec that the Content-Type names: some fail before the first
    middleware, some produce text that no database accepts. It also treats a body without a Content-Length as empty.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        _use_utf8(environ)
        _measure_body(environ)
        return super().__call__(environ, start_response)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        return request.resolver_match or super().resolve_request(request)  # The Routing step has resolved API requests.


def _use_utf8(environ: dict[str, Any]) -> None:
    content_type = environ.get("CONTENT_TYPE", "")
    try:
        media_type, parameters = parse_header_parameters(content_type) if ";" in content_type else (content_type, {})
    except (LookupError, ValueError):  # `charset*=nonsense''x` (RFC 8187)
        media_type, parameters = "", {}
        environ[MALFORMED] = "Content-Type"
    if MALFORMED in environ or parameters.get("charset", "utf-8").lower() != "utf-8":
        environ["CONTENT_TYPE"] = media_type


def _measure_body(environ: dict[str, Any]) -> None:
    """Read a body of unknown length, up to one byte beyond the limit, so that Django refuses a larger one."""
    has_end = environ.get("wsgi.input_terminated") or "HTTP_TRANSFER_ENCODING" in environ
    if not has_end or environ.get("CONTENT_LENGTH"):
        return
    try:
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    except (OSError, ValueError):
        environ[MALFORMED], body = "Transfer-Encoding", b""
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
