"""The base class of services' refusals, which the API translates to problems without importing each of them."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from django.db import IntegrityError, models


class Conflict(Exception):
    """The request is well formed, but conflicts with the current state of the resource (RFC 9110, 409).

    Subclasses are named after the refusal; the name becomes the problem's type, and the first line of the
    docstring its published meaning. The message is meant for the client, and `members` are further members of the
    problem document (RFC 9457, section 3.2).
    """

    remedy: ClassVar[str] = ""
    """What the client can do about it; published."""

    example: ClassVar[str] = ""
    """A message, as an example; published."""

    fields: ClassVar[Mapping[str, Any]] = {}
    """JSON Schema of each of the `members`, with an example; published."""

    def __init__(self, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members

    @classmethod
    def slug(cls) -> str:
        """Return the name of the problem's type: `order-not-draft` for OrderNotDraft."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


def violation(error: IntegrityError) -> Literal["unique", "foreign key", ""]:
    """Return the kind of constraint that a write violated, if another request can be the cause; '' for a bug."""
    cause = error.__cause__
    code = getattr(cause, "sqlstate", None) or str(cause)
    if code == "23505" or code.startswith("UNIQUE constraint"):
        return "unique"
    if code == "23503" or code.startswith("FOREIGN KEY constraint"):
        return "foreign key"
    return ""


def breaks_unique(error: IntegrityError, model: type[models.Model], name: str) -> bool:
    """Whether a write violated the model's unique constraint of that name, which must consist of plain fields."""
    cause = error.__cause__
    if diag := getattr(cause, "diag", None):
        return diag.sqlstate == "23505" and diag.constraint_name == name
    # SQLite reports the columns, not the constraint's name.
    [fields] = [constraint.fields for constraint in model._meta.total_unique_constraints if constraint.name == name]
    columns: list[Any] = [model._meta.get_field(field) for field in fields]
    return str(cause) == "UNIQUE constraint failed: " + ", ".join(
        f"{model._meta.db_table}.{field.column}" for field in columns
    )
