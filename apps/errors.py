"""The one base that services' refusals share, so that HTTP can translate them without knowing them."""

from typing import Any, Literal

from django.db import IntegrityError, models


class Conflict(Exception):
    """The request is well formed, but the present state of its subject refuses it (RFC 9110, 409).

    Subclasses are named for what could not be done; the name becomes the problem's type. The message is fit for the
    client, and `members` are further members of the problem document (RFC 9457, section 3.2).
    """

    def __init__(self, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members


def violation(error: IntegrityError) -> Literal["unique", "foreign key", ""]:
    """Which constraint a write broke, as far as another request can be the cause; '' for a bug of ours."""
    cause = error.__cause__
    code = getattr(cause, "sqlstate", None) or str(cause)
    if code == "23505" or code.startswith("UNIQUE constraint"):
        return "unique"
    if code == "23503" or code.startswith("FOREIGN KEY constraint"):
        return "foreign key"
    return ""


def breaks_unique(error: IntegrityError, model: type[models.Model], name: str) -> bool:
    """Whether a write broke the model's unique constraint of that name, which is one of plain fields."""
    cause = error.__cause__
    if diag := getattr(cause, "diag", None):
        return diag.sqlstate == "23505" and diag.constraint_name == name
    # SQLite names the columns, not the constraint.
    [fields] = [constraint.fields for constraint in model._meta.total_unique_constraints if constraint.name == name]
    columns: list[Any] = [model._meta.get_field(field) for field in fields]
    return str(cause) == "UNIQUE constraint failed: " + ", ".join(
        f"{model._meta.db_table}.{field.column}" for field in columns
    )
