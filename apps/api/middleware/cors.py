from collections.abc import Callable
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class Cors(CorsMiddleware):
    """Answer CORS preflights, and let pages of CORS_ALLOWED_ORIGINS read responses, errors included.

    Absent while no origin is allowed: responses then have no CORS fields and no Vary, and a preflight is a 405.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)


def cors_fields(environ: dict[str, Any]) -> dict[str, str]:
    """Return the CORS fields of a response that passes no middleware."""
    if not settings.CORS_ALLOWED_ORIGINS:
        return {}
    request, response = HttpRequest(), HttpResponse()
    request.META, request.method, request.path_info = environ, environ["REQUEST_METHOD"], environ["PATH_INFO"]
    Cors(lambda request: response).add_response_headers(request, response)
    del response["Content-Type"]
    return dict(response.items())
