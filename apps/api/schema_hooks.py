"""Hooks that add to the complete OpenAPI document: tags, links between operations, open values."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import camel_case_to_spaces
from drf_spectacular.drainage import warn

from apps.plugin import plugins


def document_tags(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: describe the tags, as the apps do in `api_tags`."""
    described = {tag: about for app in plugins() for tag, about in app.api_tags.items()}
    used = dict.fromkeys(tag for _, _, operation in _operations(result) for tag in operation["tags"])
    for tag in used:
        if tag not in described:
            warn(f"The tag {tag!r} has no description: add it to `api_tags` in the app's ProjectAppConfig.")
    result["tags"] = [{"name": tag, "description": described.get(tag, "")} for tag in used]
    return result


def document_links(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: link each response to a creation to the operations that take the new row's id."""
    paths = result["paths"]
    posted = {
        path: getattr(view.cls, "queryset", None) for path, _, method, view in generator.endpoints if method == "POST"
    }
    created = {path: rows.model for path, rows in posted.items() if rows is not None and f"{path}{{id}}/" in paths}
    for collection, model in created.items():
        # Parameters are named after the model, whatever plural the address uses.
        thing = camel_case_to_spaces(model.__name__).replace(" ", "_")
        responses = paths[collection]["post"]["responses"]
        responses["202" if "202" in responses else "201"]["links"] = {
            operation["operationId"]: {
                "operationId": operation["operationId"],
                "parameters": {name: "$response.body#/id"},
            }
            for path, _, operation in _operations(result)
            for name in _taking(
                thing, {parameter["name"] for parameter in operation.get("parameters", [])}, path, collection
            )
        }
    return result


def complete_schemas(result: Any, generator: Any, request: Any, public: Any) -> Any:
    """Postprocessing hook: give integers their format, and keep the values of a response open for new ones."""
    components = result["components"]["schemas"]
    for name, schema in components.items():
        if not name.endswith(("Request", "Problem")):
            for field in schema.get("properties", {}).values():
                _open(field)
    for schema in _schemas([result["paths"], components]):
        schema.pop("x-spec-enum-id", None)
        if "allOf" in schema and schema.get("nullable"):
            schema["type"] = "object"  # OpenAPI 3.0 knows nullable only beside a type.
        if schema.get("type") == "integer":
            schema.setdefault("format", "int32" if schema.get("maximum", 2**31) < 2**31 else "int64")
    return result


def _open(field: dict[str, Any]) -> None:
    """Turn the closed list of values of a response's field into one that can grow, such as a new status."""
    if known := field.pop("enum", None):
        field["x-extensible-enum"] = known
        about = f"One of {', '.join(f'`{value}`' for value in known)}; further values can be added."
        field["description"] = " ".join([*filter(None, [field.get("description")]), about])


def _schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a part of the document."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _schemas(inner)


def _operations(result: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _taking(thing: str, parameters: set[str], path: str, collection: str) -> list[str]:
    """Return the parameter that takes the collection's id, as a list of at most one name."""
    own = ["id"] if path.startswith(f"{collection}{{id}}/") else []
    return [name for name in (*own, f"{thing}_id", thing) if name in parameters][:1]
