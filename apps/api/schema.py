"""OpenAPI operations: groups, stable names, header fields and strict bodies."""

from typing import Any

from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ListSerializer

from apps.api import etags
from apps.api.middleware.idempotency import IDEMPOTENCY_KEY, PATTERN
from apps.api.strict import StrictSerializer
from apps.api.views import ConditionalView
from apps.api.viewsets import CrudViewSet, DetailViewSet, ListViewSet

NOT_MODIFIED = {"description": "The resource has not changed: `If-None-Match` contains its `ETag`, or is `*`."}

IDEMPOTENCY = [
    OpenApiParameter(
        IDEMPOTENCY_KEY,
        {"type": "string", "pattern": PATTERN},
        OpenApiParameter.HEADER,
        description="A unique value that you choose for this change, such as a UUID. If you repeat the request with it "
        "within 24 hours, you receive the first response again, and the change is not made twice. After an error the "
        "key can be used again. An API key is refused, because the value is stored.",
    ),
    OpenApiParameter(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=[200, 201, 204],
        description="This is the stored response to an earlier request with the same `Idempotency-Key`.",
    ),
]
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Identifies this state of the resource, for `If-Match` and `If-None-Match`.",
)
IF_NONE_MATCH = OpenApiParameter(
    etags.IF_NONE_MATCH,
    {"type": "string", "pattern": etags.PATTERN},
    OpenApiParameter.HEADER,
    description="The `ETag` you last read. If the resource has not changed since, a read returns 304 without "
    "a body, and a change fails with 412.",
)
IF_MATCH = OpenApiParameter(
    etags.IF_MATCH,
    {"type": "string", "pattern": etags.PATTERN},
    OpenApiParameter.HEADER,
    description="The `ETag` you last read. If the resource has changed since, the request fails with 412.",
)


def bases_without_description() -> list[type]:
    """Hook: classes whose docstrings are for developers, so that no view inherits them as its description."""
    return [*get_lib_doc_excludes(), ConditionalView, ListViewSet, DetailViewSet, CrudViewSet]


class AutoSchema(openapi.AutoSchema):
    """Groups operations by app, names them for what they do, and knows the header fields that they share."""

    def get_tags(self) -> list[str]:
        return [type(self.view).__module__.split(".")[1]]

    def get_operation_id(self) -> str:
        # `orders_cancel`, not `orders_cancel_create`: a POST that creates nothing.
        name = super().get_operation_id()
        return name if getattr(self.view, "action", "") == "create" else name.removesuffix("_create")

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        if self.method != "GET" and not hasattr(self.view.dispatch, "_non_atomic_requests"):
            parameters += IDEMPOTENCY
        if isinstance(self.view, DetailViewSet) and self.view.action != "list":
            parameters += [ETAG, IF_MATCH, IF_NONE_MATCH] if self.view.detail else [ETAG]
        return parameters

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation and isinstance(self.view, ConditionalView):
            if self.method == "GET":
                operation["responses"]["304"] = NOT_MODIFIED
            operation["responses"]["412"] = {"$ref": "#/components/responses/Problem412"}
        return operation


class StrictSerializerExtension(OpenApiSerializerExtension):
    """A request body refuses unknown fields, and the schema says so."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, field in self.target.fields.items():
            if isinstance(field, ListSerializer) and name in schema["properties"]:
                bounds = {"minItems": field.min_length, "maxItems": field.max_length}  # type: ignore[attr-defined]
                schema["properties"][name] |= {key: bound for key, bound in bounds.items() if bound is not None}
        return {**schema, "additionalProperties": False}
