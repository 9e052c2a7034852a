"""What the pages for people let a browser do: run and load the files of this service, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

# Per view, because the documentation, the profiler and the admin come with inline code of their own.
POLICY = "; ".join(
    [
        "default-src 'none'",
        *[f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")],
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def strict_policy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send a Content-Security-Policy under which no inline code or style and no other origin works."""

    @wraps(view)
    def restricted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response

    return restricted
