import json
import math
from collections.abc import Iterable
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

MAX_DEPTH = 32  # of nested lists and objects
TOO_DEEP = f"JSON parse error - nested more than {MAX_DEPTH} levels deep"


class JSONParser(parsers.JSONParser):
    """Parse strict JSON (RFC 8259): UTF-8, finite numbers, unique names in an object, nested at most MAX_DEPTH deep."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = json.loads(
                stream.read().decode(), parse_constant=_finite, parse_float=_finite, object_pairs_hook=_unique
            )
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        if _is_too_deep(value):
            raise ParseError(TOO_DEEP)
        return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no number that JSON can hold")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("an object names a field twice")
    return values


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for part in level for inner in _parts(part)]
        if not level:
            return False
    return any(isinstance(part, dict | list) for part in level)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
