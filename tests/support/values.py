"""Values derived from a schema's type: valid ones, and ones that would find another tenant's rows."""

from __future__ import annotations

from typing import Any

from tests.support.attacks import DAY

LATER = "2024-06-30"
OF_FORMAT = {
    "date": DAY,
    "date-time": f"{DAY}T00:00:00Z",
    "email": "new@own.example.com",
    "uri": "https://own.example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "decimal": "1.00",
}


def plain(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Resolve a schema's reference; of alternatives, such as null, take the first."""
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())[:1], *([schema] if "$ref" in schema else ())):
        if "$ref" in part:
            schema = {**document["components"]["schemas"][part["$ref"].split("/")[-1]], **schema}
    return schema


def derived(schema: dict[str, Any]) -> Any:
    """Return a valid value for a field of that schema; None if its type is too vague."""
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "string" and "pattern" not in schema:
        return OF_FORMAT.get(schema["format"]) if "format" in schema else "New"[: schema.get("maxLength")]
    return None


def other(own: Any, theirs: Any) -> Any:
    """Return the other tenant's value of a field, if it can be sent, or else a value that differs from the own one."""
    if isinstance(own, bool):
        return not own
    if isinstance(theirs, str | int):
        return theirs
    return own + 1 if isinstance(own, int) else own


def finding(schema: dict[str, Any], theirs: Any) -> list[Any]:
    """Return parameter values that find rows: every choice, both ends of a range, and the other tenant's value."""
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"]
    if kind == "boolean":
        return ["true", "false"]
    if schema.get("format") == "date":
        return [DAY, LATER]
    ends = [schema[end] for end in ("minimum", "maximum") if end in schema]
    return ends + ([theirs] if isinstance(theirs, str | int) else [])
