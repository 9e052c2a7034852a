"""Content-Security-Policy (CSP Level 3): pages may load and run only files of this service."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def strict_policy(view: View, *, style: str = "", img: str = "") -> View:
    """Add a policy to the view's responses that forbids inline code, inline styles and other origins.

    It is set per view, because the pages of the profiler and the admin contain inline code. `style` and `img` are
    further sources that a package's page needs, such as the hash of an inline style.
    """
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' {style}".rstrip(),
            f"img-src 'self' {img}".rstrip(),
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )

    @wraps(view)
    def restricted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = policy
        return response

    return restricted
