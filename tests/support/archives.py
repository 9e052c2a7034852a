"""Archives of tenants, and how tests change them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from apps.tenancy.exporting import export_tenant
from apps.tenancy.importing import import_tenant
from apps.tenancy.models import Tenant

CUSTOMERS, ORDERS, ITEMS = "customers.Customer.jsonl", "orders.Order.jsonl", "orders.Item.jsonl"
EVENTS = "orders.OrderEvent.jsonl"
KEYS = "idempotency.IdempotencyKey"
NOT_EXPORTED: dict[str, list[Any]] = {KEYS: [], "exports.Export": []}


def archive_of(tenant: Tenant) -> bytes:
    file = io.BytesIO()
    export_tenant(tenant, file)
    return file.getvalue()


def edited(archive: bytes, edit: Callable[[dict[str, bytes]], object], *, compression: int = ZIP_DEFLATED) -> bytes:
    """The archive, whose members were changed by `edit`."""
    with ZipFile(io.BytesIO(archive)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    edit(members)
    file = io.BytesIO()
    with ZipFile(file, "w", compression) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return file.getvalue()


def edit_manifest(members: dict[str, bytes], edit: Callable[[Any], object]) -> None:
    manifest = json.loads(members["manifest.json"])
    edit(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def edit_rows(members: dict[str, bytes], name: str, edit: Callable[[list[Any]], object]) -> None:
    rows = [json.loads(line) for line in members[name].splitlines()]
    edit(rows)
    members[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def load(tenant: Tenant, archive: bytes) -> dict[str, int]:
    return import_tenant(tenant, io.BytesIO(archive))
