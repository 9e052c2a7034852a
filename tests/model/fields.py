"""The oracle's validation of request bodies: the fields, their allowed values, and the errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import category, normalize

MAX_ITEMS = 100  # of an order
Rule = Callable[[Any], Any]


class Invalid(Exception):
    """A value is invalid for its field. `errors` are pairs: the pointer below the field, and the code."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        self.errors = errors


def of_type(kind: type, value: Any) -> Any:
    """Return the value if it is of exactly that JSON type; values are not converted."""
    if type(value) is not kind:
        raise Invalid(("", "invalid"))
    return value


def flag(value: Any) -> bool:
    return of_type(bool, value)


def text(longest: int) -> Rule:
    def read(value: Any) -> str:
        value = normalize("NFC", of_type(str, value).strip())
        if not value or len(value) > longest:
            raise Invalid(("", "max_length" if value else "blank"))
        if any(category(character) == "Cf" for character in value):
            raise Invalid(("", "invisible_characters_not_allowed"))
        return value

    return read


def email(value: Any) -> str:
    value = of_type(str, value).strip()
    local, at, domain = value.lower().rpartition("@")
    if value and not (at and local.isascii()):
        raise Invalid(("", "invalid"))
    return text(254)(local + at + in_ascii(domain))


def in_ascii(domain: str) -> str:
    """Encode a domain, or a label of one, in ASCII (RFC 3490, which suffices for the domains tried here)."""
    return normalize("NFC", domain).encode("idna").decode()


def number(least: int, most: int) -> Rule:
    def read(value: Any) -> int:
        if not least <= of_type(int, value) <= most:
            raise Invalid(("", "min_value" if value < least else "max_value"))
        return value

    return read


def one_of(rows: dict[int, Any]) -> Rule:
    def read(value: Any) -> int:
        if value not in rows:
            raise Invalid(("", "does_not_exist"))
        return value

    return read


def lines(value: Any) -> list[dict[str, Any]]:
    if not 1 <= len(value) <= MAX_ITEMS:
        raise Invalid(("", "max_length" if value else "min_length"))
    valid, errors = [], []
    for index, line in enumerate(value):
        try:
            valid.append(fields(line, LINE, shown=["id"]))
        except Invalid as error:
            errors += [(f"/{index}{place}", code) for place, code in error.errors]
    if errors:
        raise Invalid(*errors)
    return valid


def fields(body: Any, rules: dict[str, Rule], *, shown: Any, needed: Any = None) -> dict[str, Any]:
    """Return the fields of a body as they are stored, or raise Invalid. The read-only fields `shown` are ignored."""
    valid, errors = {}, []
    for name in body:
        if name not in rules and name not in (*shown, "tenant"):
            errors.append((f"/{name}", "unknown"))
    for name, rule in rules.items():
        if name in body:
            try:
                if body[name] is None:
                    raise Invalid(("", "null"))
                valid[name] = rule(body[name])
            except Invalid as error:
                errors += [(f"/{name}{place}", code) for place, code in error.errors]
        elif name in (rules if needed is None else needed):
            errors.append((f"/{name}", "required"))
    if errors:
        raise Invalid(*errors)
    return valid


LINE = {"sku": text(64), "quantity": number(1, 10_000), "unit_price_cents": number(0, 10_000_000)}
CUSTOMER = {"email": email, "name": text(200), "is_active": flag}
