"""Rewrite stored text in data migrations, so that a new CHECK constraint can be added."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from apps.tenancy.scope import tenant_scope
from apps.tenancy.text import INVISIBLE, IsPlain

_LINE_BREAK = re.compile("[\t-\r\x85\u2028\u2029]+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")


class _IsAscii(IsPlain):
    characters = "^ -~"


def rows_by_tenant(apps: Any, app_label: str, model_name: str) -> Iterator[QuerySet]:
    """Yield each tenant's rows inside its scope; a migration's models do not have our manager to filter them."""
    for tenant in apps.get_model("tenancy", "Tenant").objects.order_by("pk"):
        with tenant_scope(tenant):
            yield apps.get_model(app_label, model_name).objects.filter(tenant=tenant.pk)


def rewrite(rows: QuerySet, column: str, new: Callable[[int, str], str]) -> None:
    """Store `new(pk, value)` in each of `rows` whose value is not printable ASCII, with one UPDATE per row."""
    for pk, value in list(rows.exclude(_IsAscii(column)).order_by("pk").values_list("pk", column)):
        rows.filter(pk=pk).update(**{column: new(pk, value)})


def make_plain(rows: QuerySet, column: str) -> None:
    """Compose the texts of a column, turn line breaks into spaces and remove other invisible characters."""
    longest = rows.model._meta.get_field(column).max_length
    rewrite(rows, column, lambda pk, text: _plain(text)[:longest])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _LINE_BREAK.sub(" ", text)))
