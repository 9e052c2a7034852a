"""OpenAPI operations: groups, stable names, parameters, header fields and strict bodies."""

from typing import Any

from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ListSerializer

from apps.api import etags
from apps.api.middleware.idempotency import IDEMPOTENCY_KEY, PATTERN
from apps.api.schema_problems import problem_responses
from apps.api.strict import StrictSerializer
from apps.api.versions import deprecation_of
from apps.api.views import ConditionalView
from apps.api.viewsets import CrudViewSet, DetailViewSet, ListViewSet

DESCRIPTIONS = {
    "201": "The new resource.",
    "202": "The new resource, whose work has yet to be done.",
    "204": "Done; there is nothing to return.",
}
EXAMPLE_DAYS = {"from": "2026-06-01", "to": "2026-06-30"}  # with payments in the demo data
NOT_MODIFIED = {"description": "The resource has not changed: `If-None-Match` contains its `ETag`, or is `*`."}

IDEMPOTENCY = [
    OpenApiParameter(
        IDEMPOTENCY_KEY,
        {"type": "string", "pattern": PATTERN},
        OpenApiParameter.HEADER,
        description="A unique value that you choose for this change, such as a UUID. If you repeat the request with it "
        "within 24 hours, you receive the first response again, and the change is not made twice. After an error the "
        "key can be used again. Do not send your API key here: the value is stored, so such a request is refused.",
    ),
    OpenApiParameter(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=[200, 201, 202, 204],
        description="This is the stored response to an earlier request with the same `Idempotency-Key`.",
    ),
]
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201, 202],
    description="Identifies this state of the resource, for `If-Match` and `If-None-Match`.",
)
LOCATION = OpenApiParameter(
    "Location",
    {"type": "string", "format": "uri-reference"},
    OpenApiParameter.HEADER,
    response=[201, 202],
    description="The address of the new resource, relative to the service.",
)
DEPRECATION = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, response=[200, 201, 202, 204], description=description)
    for name, description in {
        "Deprecation": "When the operation was deprecated: `@` and a Unix time (RFC 9745).",
        "Sunset": "When the operation may be removed (RFC 8594); absent until that is decided.",
        "Link": "A page about the deprecation.",
    }.items()
]
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
    """Tag operations by the first part of their address, shorten their ids, and add the shared header fields."""

    def get_tags(self) -> list[str]:
        return [self._tokenize_path()[0]]

    def get_operation_id(self) -> str:
        # `orders_cancel` and `reporting_sales`, not `orders_cancel_create` and `reporting_sales_retrieve`.
        name, action = super().get_operation_id(), getattr(self.view, "action", "")
        return name if action in ("create", "retrieve") else name.removesuffix("_create").removesuffix("_retrieve")

    def is_deprecated(self) -> bool:
        return super().is_deprecated() or bool(deprecation_of(self.view, self.method))

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        if self.is_deprecated():
            parameters += DEPRECATION
        if self.method != "GET" and not hasattr(self.view.dispatch, "_non_atomic_requests"):
            parameters += IDEMPOTENCY
        if isinstance(self.view, DetailViewSet) and self.view.action != "list":
            parameters += [ETAG, IF_MATCH, IF_NONE_MATCH] if self.view.detail else [ETAG, LOCATION]
        return parameters

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if not operation:
            return operation
        for parameter in operation.get("parameters", []):
            self._describe(parameter)
        for status, response in operation["responses"].items():
            response["description"] = response["description"] or DESCRIPTIONS.get(status, "The result.")
        if isinstance(self.view, ConditionalView) and self.method == "GET":
            operation["responses"]["304"] = NOT_MODIFIED
        headers = {parameter["name"] for parameter in operation.get("parameters", [])}
        operation["responses"] = dict(sorted({**operation["responses"], **problem_responses(self, headers)}.items()))
        return operation

    def _describe(self, parameter: dict[str, Any]) -> None:
        """Add the description, example and style that a parameter's name and type imply."""
        if parameter["in"] == "path":
            model = getattr(getattr(self.view, "queryset", None), "model", None)
            own = model._meta.verbose_name if model else "resource"
            thing = parameter["name"].removesuffix("id").rstrip("_") or own
            example = getattr(self.view, "example_ids", {}).get(getattr(self.view, "action", ""), 1)
            parameter |= {"description": f"The {thing}'s id.", "example": example}
            parameter["schema"] |= {"format": "int64", "minimum": 0}
        elif parameter["schema"].get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        elif parameter["name"] in EXAMPLE_DAYS and parameter.get("required"):
            parameter["example"] = EXAMPLE_DAYS[parameter["name"]]


class StrictSerializerExtension(OpenApiSerializerExtension):
    """A request body refuses unknown fields and lists of another length. A response promises neither."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if direction != "request":
            return schema
        for name, field in self.target.fields.items():
            if isinstance(field, ListSerializer) and name in schema["properties"]:
                bounds = {"minItems": field.min_length, "maxItems": field.max_length}  # type: ignore[attr-defined]
                schema["properties"][name] |= {key: bound for key, bound in bounds.items() if bound is not None}
        return {**schema, "additionalProperties": False}
