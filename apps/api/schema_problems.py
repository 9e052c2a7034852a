"""The problem responses of each operation: per status the types of problems that it can have, each with a schema."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.plumbing import ResolvedComponent

from apps.api.middleware.idempotency import IDEMPOTENCY_KEY
from apps.api.problem_types import GENERAL, ProblemType, conflict_type
from apps.api.views import ConditionalView

LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": "Allowed requests (`q`) per window of `w` seconds.",
        "schema": {"type": "string", "example": '"tenant";q=6000;w=60'},
    },
    "RateLimit": {
        "description": "Remaining requests (`r`), and seconds until the next window (`t`).",
        "schema": {"type": "string", "example": '"tenant";r=0;t=21'},
    },
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "example": 21},
    }
}
HEADERS = {429: {**LIMIT_HEADERS, **RETRY_AFTER}, 503: RETRY_AFTER}
# The general types by status, without those that services raise.
TYPES = {status: [kind for kind in GENERAL if kind.status == status] for status in {kind.status for kind in GENERAL}}


def problem_responses(auto_schema: Any, headers: set[str]) -> dict[str, Any]:
    """Return the problem responses of the operation by status, and register their components.

    `headers` are the names of the operation's parameters. Every operation has the same response for a status, except
    409, which lists the refusals of its own services (`conflicts` of the view).
    """
    responses: dict[str, Any] = {}
    for status in _statuses(auto_schema, headers):
        if status == 409:
            responses["409"] = _response(auto_schema, 409, [*_refusals(auto_schema), *_conflicts(auto_schema)])
        else:
            response = _response(auto_schema, status, TYPES[status])
            responses[str(status)] = _component(auto_schema, "responses", f"Problem{status}", response)
    return responses


def _refusals(auto_schema: Any) -> list[ProblemType]:
    action = getattr(auto_schema.view, "action", None) or auto_schema.method.lower()
    return [conflict_type(refusal) for refusal in getattr(auto_schema.view, "conflicts", {}).get(action, ())]


def _conflicts(auto_schema: Any) -> list[ProblemType]:
    if auto_schema.method == "GET":
        return []
    return [kind for kind in TYPES[409] if auto_schema.method == "DELETE" or kind.slug != "still-referred-to"]


def _response(auto_schema: Any, status: int, kinds: Sequence[ProblemType]) -> dict[str, Any]:
    refs = {kind.uri: _component(auto_schema, "schemas", _name(kind), _schema(kind)) for kind in kinds}
    mapping = {uri: ref["$ref"] for uri, ref in refs.items()}
    one_of = {"oneOf": [*refs.values()], "discriminator": {"propertyName": "type", "mapping": mapping}}
    response = {
        "description": " ".join(kind.meaning for kind in kinds),
        "content": {"application/problem+json": {"schema": one_of if len(refs) > 1 else next(iter(refs.values()))}},
    }
    return {**response, "headers": HEADERS[status]} if status in HEADERS else response


def _component(auto_schema: Any, kind: str, name: str, schema: dict[str, Any]) -> Any:
    component = ResolvedComponent(name=name, type=kind, schema=schema, object=ProblemType)
    auto_schema.registry.register_on_missing(component)
    return component.ref


def _schema(kind: ProblemType) -> dict[str, Any]:
    return {
        "type": "object",
        "description": f"{kind.meaning} {kind.remedy}".strip(),
        "properties": {
            "type": {"type": "string", "enum": [kind.uri], "description": "The address of the type's documentation."},
            "title": {"type": "string", "description": "The type's name, for people."},
            "status": {"type": "integer", "description": "The response's status."},
            "detail": {"type": "string", "description": "Explanation of this occurrence."},
            "request_id": {
                "type": "string",
                "description": "The response's `X-Request-ID`, which identifies the request in the log.",
            },
            **kind.members,
        },
        "required": ["type", "title", "status", "detail", "request_id", *kind.members],
        "example": kind.example,
    }


def _name(kind: ProblemType) -> str:
    return "".join(word.capitalize() for word in kind.slug.split("-")) + "Problem"


def _statuses(auto_schema: Any, headers: set[str]) -> list[int]:
    statuses = [400, 401, 403, 406, 414, 429, 431, 503]
    if isinstance(auto_schema.view, ConditionalView):
        statuses.append(412)
    if "{" in auto_schema.path:
        statuses.append(404)
    if auto_schema.method != "GET":
        statuses += [408, 409, 413, 415]
    elif _refusals(auto_schema):
        statuses.append(409)
    if IDEMPOTENCY_KEY in headers:
        statuses.append(422)
    return statuses
