"""The OpenAPI document, rendered once per process and format, and Swagger UI, which shows it."""

import threading
from typing import Any

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.csp import strict_policy
from apps.api.versions import VersionGenerator


@method_decorator(conditional_page, name="dispatch")
class SchemaView(SpectacularAPIView):
    """drf-spectacular's view, which renders for a tenth of a second, but once: an answer is then a copy of the bytes.

    The document depends on the code alone, not on the key, the host or a parameter of the address. Its ETag spares
    the next transfer to a client that has it.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        return HttpResponse(
            _document(self.api_version or "", renderer),
            content_type=renderer.media_type + charset,
            headers={"Content-Disposition": f'inline; filename="{self._get_filename(request, None)}"'},
        )


_documents: dict[tuple[str, str], str | bytes] = {}
_rendering = threading.Lock()


def _document(version: str, renderer: BaseRenderer) -> str | bytes:
    """Return a version's document in the renderer's format. Concurrent first requests wait for one rendering."""
    with _rendering:
        if (version, renderer.format) not in _documents:
            document = VersionGenerator(api_version=version).get_schema(request=None, public=True)
            _documents[version, renderer.format] = renderer.render(document, renderer_context={})
        return _documents[version, renderer.format]


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI, with its script in a separate file, as a strict policy requires. It stores no API key."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        # In place of the token and its cookie: the API knows no cookies, and any site may load a script.
        response.data["csrf_token"] = ""
        return response


def schema(version: str) -> Any:
    """Return the view of a version's document."""
    return SchemaView.as_view(api_version=version)


def docs(version: str) -> Any:
    """Return the view of Swagger UI for a version."""
    return strict_policy(
        DocsView.as_view(url_name=f"schema-{version}"),
        style="'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='",  # the one inline style of drf-spectacular's page
        img="data:",  # the icons in Swagger UI's stylesheet
    )
