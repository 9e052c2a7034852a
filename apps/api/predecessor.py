from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from apps.api.request import public


class PermanentRedirectKeepingMethod(HttpResponsePermanentRedirect):
    """308 (RFC 9110): unlike after a 301, a POST stays a POST with its body."""

    status_code = 308


@public
def predecessor(request: HttpRequest, old: str, rest: str) -> HttpResponse:
    """Send an address of the unversioned API to its place in version 1, query string and all."""
    new = {"orders/summary/": "reporting/summary/", "dev/seed/": "devtools/seed/"}.get(old + rest, old + rest)
    # WSGI hands over the query's bytes as Latin-1.
    query = request.META.get("QUERY_STRING", "").encode("latin-1").decode(errors="replace")
    return PermanentRedirectKeepingMethod(f"/api/v1/{quote(new)}" + (f"?{query}" if query else ""))
