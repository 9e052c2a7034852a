"""How much a request may carry, and how many of them a tenant may make in a minute (docs/limits.md has every limit).

Windows are fixed, and counted in Django's cache: per process and atomic within it, shared once the cache is.
The header fields are those of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache

from apps.tenancy.models import Tenant

MAX_ADDRESS, MAX_HEADERS = 8 * 1024, 16 * 1024  # bytes: path and query; all names and values together
SECONDS = 60


class TooLarge(Exception):
    """What a request carries besides its body is too much. The message is fit for the client."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def measure_request(meta: dict[str, Any]) -> None:
    """Raise TooLarge for an address or headers, as WSGI has them, above what any friendly client sends."""
    if len(meta["PATH_INFO"]) + len(meta.get("QUERY_STRING", "")) > MAX_ADDRESS:
        raise TooLarge(f"The address is longer than {MAX_ADDRESS} bytes.", 414)
    if (
        sum(len(name) + len(value) for name, value in meta.items() if name.startswith(("HTTP_", "CONTENT_TYPE")))
        > MAX_HEADERS
    ):
        raise TooLarge(f"The headers are larger than {MAX_HEADERS} bytes.", 431)


class TooManyRequests(Exception):
    """The tenant's minute is used up. The message is fit for the client; `headers` belong to the answer."""

    def __init__(self, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.headers = headers


def count_request(tenant: Tenant) -> dict[str, str]:
    """Count a request of `tenant`; the header fields for its answer, none if settings.REQUESTS_PER_MINUTE is 0.

    Reads and writes one number of the cache. Raises TooManyRequests.
    """
    limit = settings.REQUESTS_PER_MINUTE
    if not limit:
        return {}
    window, gone = divmod(int(time.time()), SECONDS)
    left = SECONDS - gone
    name = f"requests:{tenant.pk}:{window}"
    # Longer than the window: it must not expire between these two lines.
    cache.add(name, 0, 2 * SECONDS)
    used = cache.incr(name)
    headers = {
        "RateLimit-Policy": f'"tenant";q={limit};w={SECONDS}',
        "RateLimit": f'"tenant";r={max(limit - used, 0)};t={left}',
    }
    if used > limit:
        message = f"More than {limit} requests in a minute; try again in {left} seconds."
        raise TooManyRequests(message, {**headers, "Retry-After": str(left)})
    return headers
