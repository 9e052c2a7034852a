import io
import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.http import parse_header_parameters

from apps.api.environ import MALFORMED


class Handler(WSGIHandler):
    """Django's, but an address that a middleware has resolved is not resolved again."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        return request.resolver_match or super().resolve_request(request)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
django_application = Handler()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Django's application, but always in UTF-8, and with bodies that have no Content-Length.

    Django decodes the query string with the codec that a request's Content-Type names, any of Python's: some fail
    before the first middleware, some make text that no database takes. And it takes a body without a Content-Length for
    empty, whatever its server has received.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    try:
        media_type, parameters = parse_header_parameters(content_type) if ";" in content_type else (content_type, {})
    except (LookupError, ValueError):  # `charset*=nonsense''x` (RFC 8187)
        media_type, parameters = "", {}
        environ[MALFORMED] = "Content-Type"
    if MALFORMED in environ or parameters.get("charset", "utf-8").lower() != "utf-8":
        environ["CONTENT_TYPE"] = media_type
    has_end = environ.get("wsgi.input_terminated") or "HTTP_TRANSFER_ENCODING" in environ
    if has_end and not environ.get("CONTENT_LENGTH"):
        try:
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)  # Django refuses the one above
        except (OSError, ValueError):
            environ[MALFORMED], body = "Transfer-Encoding", b""
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return django_application(environ, start_response)
