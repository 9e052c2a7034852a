"""Export a tenant: all its rows in one archive, which `importing` writes into an empty tenant of any installation.

An archive is a zip. Its `manifest.json` names the format, the tenant, and for each model its columns and the number of
its rows; the rows are in one file per model, a JSON object per line, in the order of their ids. Rows that triggers
maintain are not exported, because the import recreates them. Nor are API keys, which are secrets of one installation,
and models with `exported = False`.
"""

import json
from collections.abc import Iterator
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import models

from apps.tenancy.isolation import children_first, tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.owned import TenantField
from apps.tenancy.scope import allow_slow_statements, snapshot_scope

FORMAT = 1
MANIFEST = "manifest.json"
BATCH_ROWS = 1_000  # rows that are held in memory


class NotExportable(Exception):
    """A foreign key that is not nullable points at rows that are not exported."""


def export_tenant(tenant: Tenant, file: IO[bytes]) -> dict[str, int]:
    """Write an archive of the tenant's rows, read in one snapshot, and return the number of rows per model.

    A foreign key to rows that are not exported is null in the archive. Raises NotExportable if it is not nullable.
    """
    described: dict[str, Any] = {}
    with snapshot_scope(tenant), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        allow_slow_statements()
        for model in exported_models():
            fields, count = exported_fields(model), 0
            with archive.open(member_of(model), "w", force_zip64=True) as member:
                for row in _rows(model, fields):
                    member.write(json.dumps(row).encode() + b"\n")
                    count += 1
            described[model._meta.label] = {"columns": [field.attname for field in fields], "rows": count}
        subject = {"slug": tenant.slug, "name": tenant.name, "timezone": tenant.timezone}
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, "tenant": subject, "models": described}, indent=2))
    return {label: model["rows"] for label, model in described.items()}


def exported_models() -> list[Any]:
    """Return every model that is exported, parents first: the order in which rows are imported."""
    owned: list[Any] = tenant_owned_models()
    return children_first(model for model in owned if model.exported and not model.kept_by_database)[::-1]


def exported_fields(model: Any) -> list[Any]:
    """Return the exported fields of a model: all but the tenant and generated columns."""
    fields = model._meta.local_concrete_fields
    return [field for field in fields if not (isinstance(field, TenantField) or field.generated)]


def member_of(model: Any) -> str:
    """Return the name of the archive member with the model's rows."""
    return f"{model._meta.label}.jsonl"


def leads_outside(field: Any) -> bool:
    """Whether a field is a foreign key to rows that are not exported."""
    return isinstance(field, models.ForeignKey) and field.related_model not in exported_models()


def _rows(model: Any, fields: list[Any]) -> Iterator[dict[str, Any]]:
    outside = [field for field in fields if leads_outside(field)]
    for field in outside:
        if not field.null:
            raise NotExportable(
                f"{field} is a foreign key to {field.related_model._meta.label}, which is not exported."
            )
    nulls = dict.fromkeys(field.attname for field in outside)
    # In pages: without server-side cursors, which PgBouncer does not allow, iterator() loads all rows at once.
    last = -(2**63)
    while page := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH_ROWS]):
        for row in page:
            last = row.pk
            yield {field.attname: _plain(field, row) for field in fields} | nulls


def _plain(field: Any, row: Any) -> Any:
    value = getattr(row, field.attname)
    is_plain = value is None or isinstance(value, bool | int | float | str) or isinstance(field, models.JSONField)
    return value if is_plain else field.value_to_string(row)
