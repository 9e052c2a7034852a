from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from apps.api.request import public


@public
def predecessor(request: HttpRequest, old: str, rest: str) -> HttpResponse:
    """Redirect an address of the unversioned API to version 1, with its query string; 308 keeps the method and body."""
    new = {"orders/summary/": "reporting/summary/", "dev/seed/": "devtools/seed/"}.get(old + rest, old + rest)
    # WSGI decodes the query's bytes as Latin-1.
    query = request.META.get("QUERY_STRING", "").encode("latin-1").decode(errors="replace")
    return HttpResponsePermanentRedirect(
        f"/api/v1/{quote(new)}" + (f"?{query}" if query else ""), preserve_request=True
    )
