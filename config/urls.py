"""URL configuration. Apps mount themselves: a ProjectAppConfig sets `api_urls` (by version) or `site_urls` (root)."""

from collections.abc import Iterable

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from apps.api import docs, guides, health
from apps.api.predecessor import predecessor
from apps.api.request import public
from apps.plugin import plugins, versions


def mounted(modules: Iterable[str]) -> list[URLPattern | URLResolver]:
    """Return the URL patterns of each of the modules. Raises ImportError for one that is missing."""
    return [path("", include(module)) for module in modules if module]


urlpatterns = [
    *[
        path(
            f"api/{version}/",
            include(
                [
                    path("schema", public(docs.schema(version)), name=f"schema-{version}"),
                    path("docs", public(docs.docs(version)), name=f"docs-{version}"),
                    *mounted(app.api_urls.get(version, "") for app in plugins()),
                ]
            ),
        )
        for version in versions()
    ],
    path("docs", RedirectView.as_view(url="/docs/")),
    path("docs/", guides.index, name="documentation"),
    path("docs/<slug:name>", guides.guide),
    path("docs/problems/<slug:slug>", guides.problem_page),
    path("docs/reference/<slug:version>", guides.reference),
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
