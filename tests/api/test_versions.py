"""Versions stand side by side, and the end of an operation is announced in its responses and in the schema."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSet

from apps.api import docs
from apps.api.request import public
from apps.api.strict import NoBodySerializer
from apps.api.versions import VersionGenerator, deprecated
from apps.api.views import ConditionalView
from apps.customers.views import CustomerViewSet
from config.urls import urlpatterns

ENDING = {
    "Deprecation": "@1764547200",  # date -u -d 2025-12-01 +%s
    "Sunset": "Tue, 01 Dec 2026 00:00:00 GMT",
    "Link": '</docs/versions>; rel="deprecation"',
}


@deprecated(since=date(2025, 12, 1), sunset=date(2026, 12, 1))
class OldCustomerViewSet(CustomerViewSet):
    pass


class NewCustomerViewSet(OldCustomerViewSet):
    pass


class MixedViewSet(ConditionalView, ViewSet):
    serializer_class = NoBodySerializer

    def list(self, request: Request) -> Response:
        return Response([])

    @deprecated(since=date(2025, 12, 1), link="/elsewhere")
    def create(self, request: Request) -> Response:
        return Response({}, status=201)


class PlainView(ConditionalView):
    @extend_schema(summary="Start", request=NoBodySerializer, responses={202: NoBodySerializer})
    def post(self, request: Request, id: int) -> Response:
        return Response({}, status=202)


@pytest.fixture
def mounted(settings, monkeypatch) -> None:
    """Customers as version 8, deprecated, and as version 9, each beside its schema and Swagger UI."""
    patterns = [*urlpatterns]
    for version, view in (("v8", OldCustomerViewSet), ("v9", NewCustomerViewSet)):
        router = SimpleRouter(use_regex_path=False)
        router.register("customers", view, basename=f"customers-{version}")
        pages = [
            path("schema", public(docs.schema(version)), name=f"schema-{version}"),
            path("docs", public(docs.docs(version)), name=f"docs-{version}"),
            path("mixed/", MixedViewSet.as_view({"get": "list", "post": "create"})),
            path("mixed/<int:id>/", PlainView.as_view()),
        ]
        patterns.append(path(f"api/{version}/", include([*pages, *router.urls])))
    module = ModuleType("mounted")
    module.urlpatterns = patterns  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = module
    monkeypatch.setattr("apps.api.guides.versions", lambda: ["v1", "v8", "v9"])
    monkeypatch.setattr("apps.plugin.ProjectAppConfig.api_tags", {"mixed": "x", "customers": "y"})


def announced(response: object) -> dict[str, str]:
    return {name: response[name] for name in ENDING if name in response}  # type: ignore[operator, index]


def test_an_operation_that_is_not_deprecated_announces_nothing(acme, api):
    schema = VersionGenerator().get_schema(request=None, public=True)

    assert announced(api.get("/api/v1/orders/")) == {}
    assert "deprecated" not in schema["paths"]["/api/v1/orders/"]["get"]


@pytest.mark.parametrize(("path", "status"), [("", 200), ("?x=1", 400), ("99/", 404)])
def test_a_deprecated_view_announces_its_end_whatever_it_responds(mounted, acme, api, path, status):
    old, new = api.get(f"/api/v8/customers/{path}"), api.get(f"/api/v9/customers/{path}")

    assert (old.status_code, new.status_code) == (status, status)
    assert announced(old) == ENDING
    assert announced(new) == {}


def test_one_method_can_be_deprecated_without_a_date(mounted, acme, api):
    assert announced(api.get("/api/v8/mixed/")) == {}
    assert announced(api.post("/api/v8/mixed/", {})) == {
        "Deprecation": ENDING["Deprecation"], "Link": '</elsewhere>; rel="deprecation"',
    }  # fmt: skip


def test_a_row_of_one_version_is_the_row_of_the_other(mounted, acme, api):
    created = api.post("/api/v9/customers/", {"email": "ada@example.com", "name": "Ada"})

    assert created["Location"] == f"/api/v9/customers/{created.json()['id']}/"
    assert api.get(f"/api/v8/customers/{created.json()['id']}/").json() == created.json()


def test_each_version_has_a_schema_and_pages_of_its_own(mounted, acme, api):
    old, new = (
        VersionGenerator(api_version=version).get_schema(request=None, public=True)["paths"] for version in ("v8", "v9")
    )

    assert set(old) == {"/api/v8/customers/", "/api/v8/customers/{id}/", "/api/v8/mixed/", "/api/v8/mixed/{id}/"}
    assert set(new) == {"/api/v9/customers/", "/api/v9/customers/{id}/", "/api/v9/mixed/", "/api/v9/mixed/{id}/"}
    assert old["/api/v8/customers/"]["get"]["deprecated"] is True
    assert {*ENDING} <= set(old["/api/v8/customers/"]["get"]["responses"]["200"]["headers"])
    assert "deprecated" not in new["/api/v9/customers/"]["get"]
    assert [method for method, of in new["/api/v9/mixed/"].items() if "deprecated" in of] == ["post"]
    plain = old["/api/v8/mixed/{id}/"]["post"]
    described = {parameter["name"]: parameter["description"] for parameter in plain["parameters"]}
    assert (described["id"], "202" in plain["responses"]) == ("The resource's id.", True)
    assert old["/api/v8/customers/"]["get"]["operationId"] == new["/api/v9/customers/"]["get"]["operationId"]
    for version in ("v8", "v9"):
        assert f"/api/{version}/customers/" in api.get(f"/api/{version}/schema").content.decode()
        assert f"/api/{version}/schema" in api.get(f"/api/{version}/docs?script=").content.decode()
        assert f"<code>/api/{version}/customers/</code>" in api.get(f"/docs/reference/{version}").content.decode()
