"""What an archive holds: all rows of one tenant and of one snapshot, and no secret."""

from __future__ import annotations

import io
import json
import threading
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from apps.customers.models import Customer
from apps.tenancy import exporting, keys
from apps.tenancy.exporting import NotExportable, export_tenant, exported_models
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import tenant_scope
from tests.conftest import one_of_each
from tests.support.archives import NOT_EXPORTED
from tests.support.filled import content, fill
from tests.support.tables import create_table


def exported(tenant: Tenant) -> dict[str, str]:
    """The files of the tenant's archive."""
    file = io.BytesIO()
    export_tenant(tenant, file)
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def lines(files: dict[str, str], label: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"{label}.jsonl"].splitlines()]


def test_an_archive_holds_every_row_with_every_column(acme: Tenant) -> None:
    fill(acme)

    files = exported(acme)

    reporting = {"CustomerTotal", "BucketTotal", "BucketProduct", "ProductTotal", "StaleBuckets"}
    left_out = {*NOT_EXPORTED, *(f"reporting.{name}" for name in reporting)}
    owned = {model._meta.label: model for model in tenant_owned_models()}
    assert {*files} == {"manifest.json", *(f"{label}.jsonl" for label in owned.keys() - left_out)}
    for label in owned.keys() - left_out:
        with tenant_scope(acme):
            rows = list(owned[label].objects.order_by("pk").values())
        columns = rows[0].keys() - {"tenant_id"}
        assert [row.keys() for row in lines(files, label)] == [columns] * len(rows)
        assert [row["id"] for row in lines(files, label)] == [row["id"] for row in rows]


def test_the_manifest_says_whose_rows_they_are_and_how_many(acme: Tenant) -> None:
    fill(acme)

    manifest = json.loads(exported(acme)["manifest.json"])

    rows = content(acme)
    assert manifest.keys() == {"format", "tenant", "models"}
    assert (manifest["format"], manifest["tenant"]) == (
        1,
        {"slug": "acme", "name": "Acme", "timezone": "Europe/Berlin"},
    )
    assert {label: of["rows"] for label, of in manifest["models"].items()} == {
        model._meta.label: len(rows[model._meta.label]) for model in exported_models()
    }


def test_parents_come_before_their_children() -> None:
    labels = [model._meta.label for model in exported_models()]

    assert labels.index("customers.Customer") < labels.index("orders.Order") < labels.index("orders.Item")


def test_an_archive_holds_neither_keys_nor_rows_of_another_tenant(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    fill(globex, 8 * 10**9)
    keys.issue_key(tenant=acme, name="secret of acme")

    text = "".join(exported(acme).values())

    assert "acme.example.com" in text
    assert "globex" not in text
    (key,) = ApiKey.objects.all()
    assert [value for value in (key.prefix, key.secret_sha256, key.name) if value in text] == []


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_rows_are_read_by_page(acme: Tenant, monkeypatch: pytest.MonkeyPatch, count: Any, rows: int) -> None:
    monkeypatch.setattr(exporting, "BATCH_ROWS", 2)
    with tenant_scope(acme):
        Customer.objects.bulk_create(Customer(email=f"{n}@example.com", name="Ada") for n in range(rows))

    # A page of 2, until one is empty
    with count() as statements:
        files = exported(acme)

    assert len(lines(files, "customers.Customer")) == rows
    pages = [sql for sql in statements.sql if 'FROM "customers_customer"' in sql]
    assert [len(pages), all("LIMIT 2" in sql for sql in pages)] == [-(-rows // 2) + 1, True]


@pytest.mark.django_db(transaction=True)
def test_an_archive_is_one_snapshot(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while the export reads is not in it: an item would lack its order."""
    one_of_each(acme)
    original = exporting.exported_fields

    def write() -> None:
        one_of_each(acme)
        connection.close()

    def fields_after_a_write(model: Any) -> Any:
        if model.__name__ == "Item":
            writer = threading.Thread(target=write)
            writer.start()
            writer.join()
        return original(model)

    monkeypatch.setattr(exporting, "exported_fields", fields_after_a_write)

    files = exported(acme)

    assert {label: len(lines(files, label)) for label in ("customers.Customer", "orders.Order", "orders.Item")} == {
        "customers.Customer": 1,
        "orders.Order": 1,
        "orders.Item": 1,
    }
    assert len(content(acme)["orders.Item"]) == 2


@isolate_apps("apps.orders")
@pytest.mark.role("orders_owner")
@pytest.mark.parametrize("null", [True, False])
def test_a_key_to_rows_that_no_archive_holds_is_null_or_an_error(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch, null: bool
) -> None:
    class Note(TenantOwned):
        by = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+", null=null)

        class Meta(TenantOwned.Meta):
            app_label = "orders"

    create_table(Note)
    monkeypatch.setattr(exporting, "tenant_owned_models", lambda: [Note])
    keys.issue_key(tenant=acme)
    with tenant_scope(acme):
        Note.objects.create(by=ApiKey.objects.get())

    if null:
        assert [row["by_id"] for row in lines(exported(acme), "orders.Note")] == [None]
    else:
        with pytest.raises(
            NotExportable, match=r"^orders\.Note\.by is a foreign key to tenancy\.ApiKey, which is not exported\.$"
        ):
            exported(acme)
