"""URL configuration. Apps mount themselves: a ProjectAppConfig sets `api_urls` (by version) or `site_urls` (root)."""

from collections.abc import Iterable

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path

from apps.api import docs, health
from apps.api.predecessor import predecessor
from apps.api.request import public
from apps.plugin import VERSIONS, plugins


def mounted(modules: Iterable[str]) -> list[URLPattern | URLResolver]:
    """Return the URL patterns of each of the modules. Raises ImportError for one that is missing."""
    return [path("", include(module)) for module in modules if module]


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
