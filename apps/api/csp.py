"""Content-Security-Policy (CSP Level 3): pages run and load the files of this service, and nothing else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def strict_policy(view: View, *, style: str = "", img: str = "") -> View:
    """Send a policy under which no inline code or style and no other origin works.

    Per view, because the profiler and the admin come with inline code of their own. `style` and `img` are further
    sources for a page of a package that needs them, such as the hash of an inline style.
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
