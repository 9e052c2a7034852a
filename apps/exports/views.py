from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.etags import IF_MATCH, PreconditionFailed, etag_of
from apps.api.renderers import JSONRenderer
from apps.api.rows import Selector
from apps.api.strict import NoBodySerializer
from apps.api.viewsets import CreateMixin, DestroyMixin
from apps.exports import files, refusals, selectors, services
from apps.exports.filters import ExportFilter
from apps.exports.lifecycle import Format
from apps.exports.models import Export
from apps.exports.serializers import ExportSerializer

CSV_EXAMPLE = (
    "id,email,name,is_active,created_at,updated_at\r\n"
    "1,margaret.berners-lee.1@example.com,Margaret Berners-Lee,true,2026-01-01 00:00:00,2026-01-01 00:00:00\r\n"
)
CONTENT_TYPES = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.NDJSON: "application/x-ndjson"}


class CSVFile(BaseRenderer):
    """Accept clients that ask for the file's type. The file is not rendered, it is sent."""

    media_type, format = "text/csv", "csv"


class NDJSONFile(BaseRenderer):
    media_type, format = "application/x-ndjson", "ndjson"


@extend_schema_view(
    list=extend_schema(summary="List exports", description="Exports in any state, without those that were deleted."),
    retrieve=extend_schema(
        summary="Read an export",
        description="Its state. When that is `done`, the file is at `file/` until `expires_at`.",
    ),
    create=extend_schema(
        summary="Request an export",
        description="Answers at once; a worker writes the file. It has all rows of the list that pass the filters, as "
        "they were at one instant after the request, the lowest id first, and the list's fields except nested lists. "
        "Read the export at `Location` until its `state` is `done`.",
        responses={202: ExportSerializer},
    ),
    destroy=extend_schema(summary="Delete an export", description="Deletes its file too. One that is running stops."),
)
class ExportViewSet(CreateMixin, DestroyMixin):
    queryset = Export.objects.all()
    serializer_class = ExportSerializer
    filterset_class = ExportFilter
    conflicts = {
        "create": [refusals.TooManyExports],
        "cancel": [refusals.ExportFinished],
        "file": [refusals.ExportHasNoFile],
    }

    def get_selector(self) -> Selector:
        return selectors.export_list

    def lock_row(self, pk: int) -> None:
        services.lock_export(export_id=pk)

    def create_row(self, **fields: Any) -> int:
        return services.create_export(**fields)

    def delete_row(self, pk: int) -> None:
        services.delete_export(export_id=pk)

    def create(self, request: Request) -> Response:
        response = super().create(request)
        response.status_code = 202  # Accepted: the file does not exist yet.
        return response

    def set_tag(self, response: Response) -> str | None:
        return response["ETag"] if self.action == "file" else super().set_tag(response)

    @extend_schema(
        summary="Cancel an export",
        description="It gets no file. 409 unless it is queued or running.",
        request=None,
        responses=ExportSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        NoBodySerializer(data=request.data).is_valid(raise_exception=True)
        services.cancel_export(export_id=pk)
        return self.respond_with(pk)

    @extend_schema(
        summary="Read an export's file",
        description="The file itself, or, where files are in S3, 303 to an address that is valid for a minute and "
        "needs no key. 409 unless the export is done.",
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/x-ndjson"): OpenApiTypes.BINARY,
            303: OpenApiResponse(description="The file is at `Location`; do not send the API key there."),
        },
        examples=[
            OpenApiExample("Customers", CSV_EXAMPLE, response_only=True, media_type="text/csv", status_codes=["200"])
        ],
    )
    @action(detail=True, methods=["get"], renderer_classes=[JSONRenderer, CSVFile, NDJSONFile])
    def file(self, request: Request, pk: int) -> HttpResponseBase:
        self.filter_queryset(self.queryset)  # refuses parameters
        export = selectors.export_with_file(export_id=pk)
        headers = {"ETag": etag_of(export.file.encode())}  # A file never changes.
        if name := self.preconditions.false_field(headers["ETag"]):
            if name == IF_MATCH:
                raise PreconditionFailed(name)
            return HttpResponse(status=304, headers=headers)
        filename = f"{export.kind}-{export.pk}.{export.format}"
        url = files.signed_url(export.file, filename)
        if url:
            return HttpResponse(status=303, headers={"Location": url, **headers})
        try:
            stored = files.storage().open(export.file)
        except FileNotFoundError as error:
            raise refusals.ExportHasNoFile("The file is not in the storage any more.", export_state="done") from error
        kind = CONTENT_TYPES[Format(export.format)]
        return FileResponse(stored, as_attachment=True, filename=filename, content_type=kind, headers=headers)
