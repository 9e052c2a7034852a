"""Which differences of two OpenAPI 3.0 documents can break a client of the older one.

No maintained tool for this installs from PyPI or npm: oasdiff is a Go program, and openapi-diff ignores parameters.

One rule covers both directions. A request that was valid has to stay valid, so the old schema must lie within the new
one; a response has to be one that the client knows, so the new schema must lie within the old one. Responses are open:
a new status, header, field, alternative or `x-extensible-enum` value breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return a line for each difference that can break a client of `old`."""
    return [
        line for path in old["paths"] for method in old["paths"][path] for line in _operation(old, new, path, method)
    ]


def _operation(old: Schema, new: Schema, path: str, method: str) -> Iterator[str]:
    name = f"{method.upper()} {path}"
    before, after = old["paths"][path][method], new["paths"].get(path, {}).get(method)
    if after is None:
        yield f"{name}: removed"
        return
    if before["operationId"] != after["operationId"]:
        yield f"{name}: operationId {before['operationId']} -> {after['operationId']}"
    yield from _Comparison(old, new, is_request=True).lines(_request(old, before), _request(new, after), name)
    yield from _Comparison(old, new, is_request=False).lines(_responses(old, before), _responses(new, after), name)


def _request(document: Schema, operation: Schema) -> Schema:
    """Return an operation's parameters and body as one object."""
    parameters = {f"{each['in']} {each['name']}": each for each in operation.get("parameters", [])}
    body = _resolved(document, operation.get("requestBody", {}))
    parts = {name: parameter["schema"] for name, parameter in parameters.items()}
    required = [name for name, parameter in parameters.items() if parameter.get("required")]
    return {
        "properties": {**parts, **({"body": _body(body)} if body else {})},
        "required": [*required, *(["body"] if body.get("required") else [])],
    }


def _responses(document: Schema, operation: Schema) -> Schema:
    """Return an operation's responses as one object, by status."""
    responses = {status: _resolved(document, response) for status, response in operation["responses"].items()}
    return {"properties": {status: _response(document, response) for status, response in responses.items()}}


def _response(document: Schema, response: Schema) -> Schema:
    headers = {name: _resolved(document, header)["schema"] for name, header in response.get("headers", {}).items()}
    return {"properties": {**headers, **({"body": _body(response)} if "content" in response else {})}}


def _body(holder: Schema) -> Schema:
    return {"properties": {media: content["schema"] for media, content in holder["content"].items()}}


def _resolved(document: Schema, schema: Schema) -> Schema:
    """Return a schema without `$ref` and `allOf` at its top."""
    if "$ref" in schema:
        target: Any = document
        for key in schema["$ref"].split("/")[1:]:
            target = target[key]
        return _resolved(document, target)
    merged: Schema = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", []):
        merged = {**_resolved(document, part), **merged}
    return merged


class _Comparison:
    def __init__(self, old: Schema, new: Schema, *, is_request: bool) -> None:
        self.old, self.new, self.is_request = old, new, is_request

    def lines(self, before: Schema, after: Schema, name: str) -> Iterator[str]:
        """Yield a line for each breaking difference of two schemas and of their parts."""
        before, after = _resolved(self.old, before), _resolved(self.new, after)
        inner, outer = (before, after) if self.is_request else (after, before)
        for keyword in _wider(inner, outer):
            yield f"{name}: {keyword} {before.get(keyword)} -> {after.get(keyword)}"
        if self.is_request and before.get("default") != after.get("default") and "default" in before:
            yield f"{name}: default {before['default']} -> {after.get('default')}"
        old_parts, new_parts = _parts(before), _parts(after)
        for part, schema in old_parts.items():
            if part not in new_parts:
                yield f"{name} {part}: removed"
            else:
                yield from self.lines(schema, new_parts[part], f"{name} {part}")


def _wider(inner: Schema, outer: Schema) -> Iterator[str]:
    """Yield the keywords by which `inner` has values that `outer` lacks."""
    if inner.get("nullable") and not outer.get("nullable"):
        yield "nullable"
    if "enum" in outer and not ("enum" in inner and set(inner["enum"]) <= set(outer["enum"])):
        yield "enum"
    yield from (key for key in ("type", "format", "pattern") if key in outer and inner.get(key) != outer[key])
    yield from (key for key in LOWER if key in outer and not (key in inner and inner[key] >= outer[key]))
    yield from (key for key in UPPER if key in outer and not (key in inner and inner[key] <= outer[key]))
    if set(outer.get("required", [])) - set(inner.get("required", [])):
        yield "required"


def _parts(schema: Schema) -> dict[str, Schema]:
    """Return the schemas within a schema, by name; an alternative is named after its component."""
    alternatives = schema.get("oneOf", []) + schema.get("anyOf", [])
    names = [part["$ref"].split("/")[-1] if "$ref" in part else str(number) for number, part in enumerate(alternatives)]
    named = {f"({name})": part for name, part in zip(names, alternatives, strict=True)}
    return {**schema.get("properties", {}), **({"[]": schema["items"]} if "items" in schema else {}), **named}
