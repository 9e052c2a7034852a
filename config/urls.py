"""Addresses. An app mounts itself: its ProjectAppConfig names `api_urls` (by version) or `site_urls` (at the root)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from apps.plugin import VERSIONS, plugins
from config import docs, health


class PermanentRedirectKeepingMethod(HttpResponsePermanentRedirect):
    """308 (RFC 9110): unlike after a 301, a POST stays a POST with its body."""

    status_code = 308


def mounted(modules: Iterable[str]) -> list[URLPattern | URLResolver]:
    """The URLs of each module that is named; one that is missing is an error."""
    return [path("", include(module)) for module in modules if module]


def public(view: Any) -> Any:
    """Mark a view under /api/ as one that needs no key. Like the rest of the API it knows no cookies, so no CSRF."""
    view = csrf_exempt(view)
    view.public = True
    return view


@public
def predecessor(request: HttpRequest, old: str, rest: str) -> HttpResponse:
    """Send an address of the unversioned API to its place in version 1, query string and all."""
    new = {"orders/summary/": "reporting/summary/", "dev/seed/": "devtools/seed/"}.get(old + rest, old + rest)
    # WSGI hands over the query's bytes as Latin-1.
    query = request.META.get("QUERY_STRING", "").encode("latin-1").decode(errors="replace")
    return PermanentRedirectKeepingMethod(f"/api/v1/{quote(new)}" + (f"?{query}" if query else ""))


urlpatterns = [
    path("api/v1/schema", public(docs.schema), name="schema"),
    path("api/v1/docs", public(docs.docs), name="docs"),
    *[
        path(f"api/{version}/", include(mounted(app.api_urls.get(version, "") for app in plugins())))
        for version in VERSIONS
    ],
    re_path(r"^api/(?P<old>(?:orders|customers|items|dev/seed)/)(?P<rest>.*)$", predecessor),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    *mounted(app.site_urls for app in plugins()),
]
if apps.is_installed("silk"):
    urlpatterns.append(path("silk/", include("silk.urls", namespace="silk")))
if apps.is_installed("django.contrib.admin"):
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))
