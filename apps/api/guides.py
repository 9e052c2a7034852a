"""The documentation beside Swagger UI: guides, a page for each type of problem, and a reference of each version."""

import json
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from apps.api.csp import View, strict_policy
from apps.api.problem_types import ProblemType, problem_types
from apps.api.versions import VersionGenerator
from apps.plugin import versions

GUIDES = {
    "authentication": "Authentication",
    "pages": "Pages",
    "errors": "Errors",
    "retries": "Retries",
    "versions": "Versions",
}


def _page(view: View) -> View:
    """Let a page be read and nothing else. It reads no cookies, so it is exempt from CSRF checks."""
    return csrf_exempt(strict_policy(require_safe(view)))


@_page
def index(request: HttpRequest) -> HttpResponse:
    """The entrance."""
    return _render(request, "index", "API documentation")


@_page
def guide(request: HttpRequest, name: str) -> HttpResponse:
    """One of GUIDES."""
    if name not in GUIDES:
        raise Http404
    return _render(request, name, GUIDES[name], **(_problems() if name == "errors" else {}))


@_page
def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a type of problem; its address is the problem's `type`."""
    kind = problem_types().get(slug)
    if kind is None:
        raise Http404
    return _render(request, "problem", kind.title, kind=kind, example=_example(kind))


@_page
def reference(request: HttpRequest, version: str) -> HttpResponse:
    """Every operation of a version, from its OpenAPI document."""
    if version not in versions():
        raise Http404
    return HttpResponse(_reference(version))


@cache
def _reference(version: str) -> str:
    """The page, rendered once: a flood of requests for it costs no more than one for the schema."""
    context = {"version": version, "tags": _tags(version)}
    return _html(f"/docs/reference/{version}", "reference", f"Reference, version {version}", **context)


def _render(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    return HttpResponse(_html(request.path, name, title, origin=request.build_absolute_uri("/")[:-1], **context))


def _html(path: str, name: str, title: str, **context: Any) -> str:
    pages = [("/docs/", "Documentation"), *((f"/docs/{guide}", shown) for guide, shown in GUIDES.items())]
    pages += [(f"/docs/reference/{version}", f"Reference {version}") for version in versions()]
    shared = {"path": path, "title": title, "pages": pages, "versions": versions()}
    return render_to_string(f"api/docs_{name}.html", {**shared, **context})


def _problems() -> dict[str, Any]:
    """What the guide to errors shows: every type, and an example of one with members of its own."""
    kinds = sorted(problem_types().values(), key=lambda kind: (kind.status, kind.slug))
    return {"kinds": kinds, "example": next(_example(kind) for kind in kinds if kind.slug == "move-not-allowed")}


def _example(kind: ProblemType) -> str:
    return json.dumps(kind.example, indent=2, ensure_ascii=False)


def _tags(version: str) -> list[dict[str, Any]]:
    """The tags of a version's document, each with its operations as the template shows them."""
    document = VersionGenerator(api_version=version).get_schema(request=None, public=True)
    tags = {tag["name"]: {**tag, "operations": []} for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tags[operation["tags"][0]]["operations"].append(_operation(document, path, method, operation))
    return list(tags.values())


def _operation(document: Any, path: str, method: str, operation: Any) -> dict[str, Any]:
    status, response = next(iter(operation["responses"].items()))
    conflict = operation["responses"].get("409", {}).get("content", {}).get("application/problem+json", {})
    uris = conflict.get("schema", {}).get("discriminator", {}).get("mapping", {})
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method,
        "summary": operation.get("summary", operation["operationId"]),
        "description": operation.get("description", ""),
        "deprecated": operation.get("deprecated", False),
        "parameters": [
            {**parameter, "type": _type(parameter["schema"])} for parameter in operation.get("parameters", [])
        ],
        "request": _body(operation.get("requestBody", {})),
        "status": status,
        "response": _body(response),
        "conflicts": [kind for kind in problem_types().values() if kind.uri in uris],
    }


def _body(of: Any) -> str:
    examples = of.get("content", {}).get("application/json", {}).get("examples", {})
    return "\n\n".join(json.dumps(example["value"], indent=2, ensure_ascii=False) for example in examples.values())


def _type(schema: Any) -> str:
    """A parameter's type in a few words."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "enum" in schema:
        return ", ".join(schema["enum"])
    bounds = [f"{word} {schema[name]}" for name, word in (("minimum", "from"), ("maximum", "to")) if name in schema]
    default = [f"default {json.dumps(schema['default'])}"] if "default" in schema else []
    kind = schema.get("format", "string") if schema["type"] == "string" else schema["type"]
    return ", ".join([kind, *bounds, *default])
