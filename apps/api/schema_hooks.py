"""What is added to the OpenAPI document once it is complete: problem responses, and links between operations."""

from __future__ import annotations

from typing import Any

from django.utils.text import camel_case_to_spaces
from drf_spectacular.plumbing import build_object_type

from apps.api.middleware.idempotency import IDEMPOTENCY_KEY

PROBLEM = build_object_type(
    description="An error (RFC 9457).",
    properties={
        "type": {"type": "string", "description": "Names the problem; `about:blank`: the status says it all."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, in words."},
        "request_id": {"type": "string", "description": "The X-Request-ID of this answer; finds it in the log."},
        "errors": {
            "type": "array",
            "description": "One entry per field: `pointer` (RFC 6901) into the body, or `parameter` of the address.",
            "items": build_object_type(
                properties={name: {"type": "string"} for name in ("pointer", "parameter", "code", "detail")},
                required=["code", "detail"],
            ),
        },
    },
    required=["type", "title", "status", "detail", "request_id"],
)

DESCRIPTIONS = {
    "400": "A field or parameter is not valid, or unknown; `errors` names each.",
    "401": "No key, or one that is unknown, revoked or expired.",
    "403": "A read key was used for a change.",
    "404": "There is no such thing, or it belongs to another tenant.",
    "406": "Only JSON is answered.",
    "409": "The present state refuses this; `type` says why, `allowed` (moves) what would be possible.",
    "412": "The condition of `If-Match` or `If-None-Match` is false; nothing was done.",
    "413": "The body is too large.",
    "414": "The address is too long.",
    "415": "The body is not JSON.",
    "422": "The `Idempotency-Key` belongs to another request.",
    "429": "The tenant has made all the requests that it may make in this minute.",
    "431": "The headers are too large.",
    "503": "The database is not available. Whether a change was kept, its `Idempotency-Key` tells when sent again.",
}
LIMIT_HEADERS = {
    "RateLimit-Policy": {"description": "Requests (`q`) per window of seconds (`w`).", "schema": {"type": "string"}},
    "RateLimit": {
        "description": "Requests left (`r`), seconds until the next window (`t`).",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds until the next window.", "schema": {"type": "integer"}},
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds until it is worth a try.", "schema": {"type": "integer"}}}


def document_problems(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: every operation's error answers, which the middleware and the handler give alike."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["responses"] = {
        f"Problem{status}": {
            "description": description,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, description in DESCRIPTIONS.items()
    }
    result["components"]["responses"]["Problem429"]["headers"] = LIMIT_HEADERS
    result["components"]["responses"]["Problem503"]["headers"] = RETRY_AFTER
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            headers = {each["name"] for each in operation.get("parameters", [])}
            for status in _statuses(path, method, headers):
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def document_links(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: the answer that something was created links to each operation that takes its id."""
    paths = result["paths"]
    creating = {path: view.cls for path, _, method, view in generator.endpoints if method == "POST"}
    for collection in [path for path in creating if f"{path}{{id}}/" in paths]:
        # A foreign key and its filter are named for the model, in any plural of the address.
        thing = camel_case_to_spaces(creating[collection].queryset.model.__name__).replace(" ", "_")
        paths[collection]["post"]["responses"]["201"]["links"] = {
            operation["operationId"]: {
                "operationId": operation["operationId"],
                "parameters": {name: "$response.body#/id"},
            }
            for path, operations in paths.items()
            for operation in operations.values()
            for name in _taking(thing, {each["name"] for each in operation.get("parameters", [])}, path, collection)
        }
    return result


def _taking(thing: str, parameters: set[str], path: str, collection: str) -> list[str]:
    """The parameter of an operation that is the id of a thing of the collection; none, or one."""
    own = ["id"] if path.startswith(f"{collection}{{id}}/") else []
    return [name for name in (*own, f"{thing}_id", thing) if name in parameters][:1]


def _statuses(path: str, method: str, headers: set[str]) -> list[str]:
    statuses = ["400", "401", "406", "414", "429", "431", "503"]
    if "{" in path:
        statuses.append("404")
    if method != "get":
        statuses += ["403", "409", "413", "415"]
    if IDEMPOTENCY_KEY in headers:
        statuses.append("422")
    return sorted(statuses)
