"""Hooks that add to the complete OpenAPI document: problem responses, and links between operations."""

from typing import Any

from django.utils.text import camel_case_to_spaces
from drf_spectacular.plumbing import build_object_type

from apps.api.middleware.idempotency import IDEMPOTENCY_KEY

PROBLEM = build_object_type(
    description="An error (RFC 9457).",
    properties={
        "type": {
            "type": "string",
            "description": "The kind of problem; `about:blank` if the status says it all.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Explanation of this occurrence."},
        "request_id": {
            "type": "string",
            "description": "The response's `X-Request-ID`, which identifies the request in the log.",
        },
        "errors": {
            "type": "array",
            "description": "One entry per field: a `pointer` into the body (RFC 6901) or a `parameter` of the query.",
            "items": build_object_type(
                properties={name: {"type": "string"} for name in ("pointer", "parameter", "code", "detail")},
                required=["code", "detail"],
            ),
        },
    },
    required=["type", "title", "status", "detail", "request_id"],
)

DESCRIPTIONS = {
    "400": "A field or parameter is invalid or unknown; `errors` lists each.",
    "401": "The API key is missing, unknown, revoked or expired.",
    "403": "The API key may only read.",
    "404": "The resource does not exist, or belongs to another tenant.",
    "406": "Responses are JSON only.",
    "409": "The current state does not allow this; `type` says why, and `allowed` lists the moves that are possible.",
    "412": "The condition in `If-Match` or `If-None-Match` is false; nothing was changed.",
    "413": "The body is too large.",
    "414": "The address is too long.",
    "415": "The body is not JSON.",
    "422": "The `Idempotency-Key` was used for a different request.",
    "429": "The tenant has reached its limit of requests for this minute.",
    "431": "The headers are too large.",
    "503": "The service is not available. If you sent an `Idempotency-Key`, repeat the request to learn whether the "
    "change was made.",
}
LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": "Allowed requests (`q`) per window of `w` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Remaining requests (`r`), and seconds until the next window (`t`).",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds until the next window.", "schema": {"type": "integer"}},
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait before the next attempt.", "schema": {"type": "integer"}}
}


def document_problems(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: add the problem responses of each operation."""
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
            headers = {parameter["name"] for parameter in operation.get("parameters", [])}
            for status in _statuses(path, method, headers):
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def document_links(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: link each 201 response to the operations that take the new row's id."""
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
            for name in _taking(
                thing, {parameter["name"] for parameter in operation.get("parameters", [])}, path, collection
            )
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
