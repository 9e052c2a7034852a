"""An import gives back what was exported, with new ids, or refuses and writes nothing."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.customers.models import Customer
from apps.tenancy import exporting, importing
from apps.tenancy.exporting import export_tenant
from apps.tenancy.importing import ArchiveRefused, NewIds, import_tenant
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import tenant_scope
from tests.conftest import rows_of
from tests.isolation.two_tenants import undone
from tests.support.concurrency import at_once
from tests.support.filled import content, fill
from tests.support.tables import create_table
from tests.support.totals import drifts

CUSTOMERS, ORDERS, ITEMS = "customers.Customer.jsonl", "orders.Order.jsonl", "orders.Item.jsonl"
KEYS = "idempotency.IdempotencyKey"  # not exported


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


@pytest.mark.parametrize("batch", [1_000, 2])
def test_what_was_exported_comes_back_in_another_tenant(
    acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(exporting, "BATCH_ROWS", batch)
    monkeypatch.setattr(importing, "BATCH_ROWS", batch)
    fill(acme)
    before = rows_of(acme)

    imported = load(globex, archive_of(acme))

    expected = {**content(acme), KEYS: []}
    assert content(globex) == expected
    assert imported == {label: len(expected[label]) for label in imported}
    assert {*imported} == {model._meta.label for model in exporting.exported_models()}
    assert rows_of(acme) == before


def test_maintained_totals_are_true_after_an_import(acme: Tenant, globex: Tenant) -> None:
    fill(acme)

    load(globex, archive_of(acme))

    with tenant_scope(globex):
        assert {label: rows for label, rows in drifts().items() if rows} == {}
    assert any(row["total_cents"] for row in content(globex)["orders.Order"])


def test_an_archive_of_an_archive_is_the_same_but_for_ids(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    load(globex, archive_of(acme))
    initech = Tenant.objects.create(slug="initech", name="Initech")

    load(initech, archive_of(globex))

    assert content(initech) == content(globex)


def test_an_archive_goes_back_into_its_own_tenant_once_that_is_empty(acme: Tenant) -> None:
    fill(acme)
    archive, before = archive_of(acme), content(acme)
    with tenant_scope(acme):
        for model in [*exporting.exported_models()][::-1]:
            model.objects.all()._raw_delete("default")

    load(acme, archive)

    assert content(acme) == before


def test_an_empty_tenant_is_an_archive_too(acme: Tenant, globex: Tenant) -> None:
    assert load(globex, archive_of(acme)) == {}
    assert [row for rows in content(globex).values() for row in rows] == []


@isolate_apps("apps.orders")
@pytest.mark.role("orders_owner")
def test_values_of_every_kind_are_kept_exactly(acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    class Sample(TenantOwned):
        before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
        by = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
        text = models.TextField()
        touched_at = models.DateTimeField(auto_now=True)
        day = models.DateField()
        rate = models.DecimalField(max_digits=9, decimal_places=2)
        ratio = models.FloatField()
        number = models.UUIDField()
        names = models.JSONField()
        data = models.BinaryField()
        lasts = models.DurationField()
        size = models.BigIntegerField()
        is_new = models.BooleanField()
        gone_at = models.DateTimeField(null=True)
        twice = models.GeneratedField(
            expression=models.F("size") * 2, output_field=models.BigIntegerField(), db_persist=True
        )

        class Meta(TenantOwned.Meta):
            app_label = "orders"

    create_table(Sample)
    monkeypatch.setattr(exporting, "tenant_owned_models", lambda: [Sample])
    moment = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=timezone.utc)
    values: dict[str, Any] = {
        "text": 'line\n"quoted" \\ \u00e4\U0001f600\u2028',
        "day": date(2024, 2, 29),
        "rate": Decimal("-1234567.89"),
        "ratio": 0.1 + 0.2,
        "number": UUID(int=7),
        "names": {"b": [1, None, {"c": "d"}], "a": "x"},
        "data": b"\x00\xff\n",
        "lasts": moment - moment.replace(year=2023, day=28, microsecond=1),
        "size": 2**61,
        "is_new": False,
    }
    with tenant_scope(acme):
        first = Sample.objects.create(**values)
        second = Sample.objects.create(**values, before=first)
        Sample.objects.create(**values)
        Sample.objects.filter(pk=first.pk).update(before=second)
        Sample.objects.update(touched_at=moment)

    load(globex, archive_of(acme))

    compared = [*values, "touched_at", "gone_at", "by", "twice"]
    found = {}
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            rows = [{**row, "data": bytes(row["data"])} for row in Sample.objects.order_by("pk").values(*compared)]
            ids = list(Sample.objects.order_by("pk").values_list("pk", flat=True))
            places = {pk: place for place, pk in enumerate(ids)}
            befores = Sample.objects.order_by("pk").values_list("before", flat=True)
            found[tenant] = (rows, [places.get(pk) for pk in befores])
    assert found[globex] == found[acme]
    assert found[globex][0][0] == {**values, "touched_at": moment, "gone_at": None, "by": None, "twice": 2**62}
    assert found[globex][1] == [1, 0, None]


def test_a_tenant_with_rows_is_refused_and_keeps_them(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    fill(globex, 8 * 10**9)
    before = rows_of(acme, globex)

    with pytest.raises(ArchiveRefused, match=r"^Tenant globex is not empty: it has rows of customers\.Customer, "):
        load(globex, archive_of(acme))

    assert rows_of(acme, globex) == before


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda members: members.clear(), "no archive of a tenant: .*There is no item named 'manifest.json'"),
        (
            lambda members: members.update({"manifest.json": b"not JSON"}),
            "no archive of a tenant: Expecting value: line 1 column 1",
        ),
        (lambda members: members.update({"manifest.json": b"[]"}), "no archive of a tenant: "),
        (lambda members: members.update({"manifest.json": b"[" * 10**6}), "no archive of a tenant: "),
        (lambda members: edit_manifest(members, lambda manifest: manifest.pop("models")), "no archive of a tenant: "),
        (
            lambda members: edit_manifest(members, lambda manifest: manifest.update(format=2)),
            r"^The archive has format 2; this version imports format 1\.$",
        ),
        (
            lambda members: edit_manifest(
                members, lambda manifest: manifest["models"].update({"returns.Return": {"columns": ["id"], "rows": 1}})
            ),
            r"^The archive has returns\.Return with the columns id, which this installation lacks\.$",
        ),
        (
            lambda members: edit_manifest(
                members, lambda manifest: manifest["models"]["orders.Order"]["columns"].append("discount_cents")
            ),
            r"^The archive has orders\.Order with the columns discount_cents, which this installation lacks\.$",
        ),
        (
            lambda members: edit_manifest(
                members, lambda manifest: manifest["models"].update({KEYS: {"columns": ["key"], "rows": 1}})
            ),
            r"^The archive has idempotency\.IdempotencyKey with the columns key, which this installation lacks\.$",
        ),
        (lambda members: members.pop(ORDERS), r"rows of orders\.Order cannot be imported: .*There is no item named"),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows.pop()),
            r"rows of orders\.Order cannot be imported: there are 4 of 5$",
        ),
        (
            lambda members: members.update({ORDERS: members[ORDERS][:-1]}),
            r"rows of orders\.Order cannot be imported: a row is cut off, or too long$",
        ),
        (lambda members: members.update({ORDERS: b"null\n"}), r"rows of orders\.Order cannot be imported: "),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows[0].pop("status")),
            r"rows of orders\.Order cannot be imported: a row has other columns than the manifest$",
        ),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows[0].update(tenant_id=1)),
            r"rows of orders\.Order cannot be imported: a row has other columns than the manifest$",
        ),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows[0].update(customer_id=1)),
            r"rows of orders\.Order cannot be imported: a key names id 1, which is not in the archive$",
        ),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows[0].update(customer_id="1")),
            r"rows of orders\.Order cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, ORDERS, lambda rows: rows[0].update(customer_id=None)),
            r"rows of orders\.Order cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[1].update(id=rows[0]["id"])),
            r"rows of customers\.Customer cannot be imported: id \d+ follows id \d+$",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[0].update(id=2**64)),
            r"rows of customers\.Customer cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[1].update(email=rows[0]["email"])),
            r"rows of customers\.Customer cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[1].update(name="A\u200bda")),
            r"rows of customers\.Customer cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[1].update(created_at="yesterday")),
            r"rows of customers\.Customer cannot be imported: .yesterday. value has an invalid format",
        ),
        (
            lambda members: edit_rows(members, ITEMS, lambda rows: rows[0].update(quantity=0)),
            r"rows of orders\.Item cannot be imported: ",
        ),
        (
            lambda members: edit_rows(members, ITEMS, lambda rows: rows[0].update(quantity=2**70)),
            r"rows of orders\.Item cannot be imported: ",
        ),
    ],
    ids=[
        "empty zip", "manifest is no JSON", "manifest is a list", "manifest is deep", "manifest without models",
        "newer format", "app not installed", "newer column", "model that is not exported", "file missing",
        "row missing", "row cut off", "row is no object", "column missing", "column of another tenant",
        "key to a row elsewhere", "key of another type", "key is null", "id twice", "id too large", "e-mail twice",
        "invisible character", "no time", "refused by a CHECK", "number too large",
    ],
)  # fmt: skip
def test_an_archive_that_is_damaged_or_foreign_is_refused_and_writes_nothing(
    acme: Tenant, globex: Tenant, edit: Callable[[dict[str, bytes]], object], message: str
) -> None:
    fill(acme)
    archive = edited(archive_of(acme), edit)
    before = rows_of(acme, globex)

    with pytest.raises(ArchiveRefused, match=message):
        load(globex, archive)

    assert rows_of(acme, globex) == before


@pytest.mark.parametrize("content_of_file", [b"", b"id,email\n1,ada@example.com\n", b"PK\x03\x04" + b"\0" * 100])
def test_a_file_that_is_no_zip_is_refused(acme: Tenant, content_of_file: bytes) -> None:
    with pytest.raises(ArchiveRefused, match=r"^The file is no archive of a tenant: File is not a zip file$"):
        load(acme, content_of_file)


def test_other_compressions_and_encrypted_members_are_refused(acme: Tenant, globex: Tenant) -> None:
    archive = edited(archive_of(acme), lambda members: None, compression=ZIP_BZIP2)
    encrypted = bytearray(archive_of(acme))
    for at in [place for place in range(len(encrypted)) if encrypted[place : place + 4] == b"PK\x01\x02"]:
        encrypted[at + 8] |= 1

    for refused in (archive, bytes(encrypted)):
        with pytest.raises(ArchiveRefused, match=r"is encrypted, or compressed in another way$"):
            load(globex, refused)


def test_members_with_other_names_are_not_read(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    names = ("../../escaped", "/tmp/escaped", "orders.Order", "tenancy.ApiKey.jsonl")

    load(globex, edited(archive_of(acme), lambda members: members.update(dict.fromkeys(names, b"not JSON"))))

    assert content(globex)["orders.Order"] == content(acme)["orders.Order"]
    assert ApiKey.objects.count() == 0


def test_a_row_without_end_is_refused_before_it_fills_the_memory(
    acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(acme)
    bomb = edited(archive_of(acme), lambda members: members.update({CUSTOMERS: b'"' + b"0" * 10**6}))
    monkeypatch.setattr(importing, "BATCH_BYTES", 100_000)

    with pytest.raises(ArchiveRefused, match=r"a row is cut off, or too long$"):
        load(globex, bomb)


def test_rows_that_are_long_together_are_written_in_turn(
    acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(acme)
    archive = archive_of(acme)
    with ZipFile(io.BytesIO(archive)) as opened:
        assert len(opened.read(ORDERS)) > 1_000
        monkeypatch.setattr(importing, "BATCH_BYTES", 1_000_000)
        batches = [len(batch) for batch in importing._batches(opened, ORDERS)]
        monkeypatch.setattr(importing, "BATCH_BYTES", 500)
        short = [len(batch) for batch in importing._batches(opened, ORDERS)]

    assert (len(batches), max(short)) == (1, 2)


def test_a_flipped_bit_or_a_cut_anywhere_is_refused_or_harmless(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    archive = archive_of(acme)
    expected = {**content(acme), KEYS: []}
    nothing = rows_of(globex)
    chosen = random.Random(17)
    damaged = [archive[: chosen.randrange(len(archive))] for _ in range(10)]
    for _ in range(150):
        one = bytearray(archive)
        one[chosen.randrange(len(archive))] ^= 1 << chosen.randrange(8)
        damaged.append(bytes(one))

    refused = 0
    for one in damaged:
        with undone():
            try:
                load(globex, one)
            except ArchiveRefused:
                refused += 1
                assert rows_of(globex) == nothing
            else:
                # A bit that says nothing of the rows, such as one of a member's date.
                assert content(globex) == expected

    assert refused > 100


def test_a_column_that_an_older_archive_lacks_gets_its_default(acme: Tenant, globex: Tenant) -> None:
    fill(acme)

    def forget_flag(members: dict[str, bytes]) -> None:
        edit_manifest(members, lambda manifest: manifest["models"]["customers.Customer"]["columns"].remove("is_active"))
        edit_rows(members, CUSTOMERS, lambda rows: [row.pop("is_active") for row in rows])

    load(globex, edited(archive_of(acme), forget_flag))

    assert [row["is_active"] for row in content(globex)["customers.Customer"]] == [True, True]


def test_an_app_that_is_not_installed_is_no_obstacle_without_rows(acme: Tenant, globex: Tenant) -> None:
    fill(acme)

    def add_app(manifest: Any) -> None:
        manifest["models"]["returns.Return"] = {"columns": ["id"], "rows": 0}

    load(globex, edited(archive_of(acme), lambda members: edit_manifest(members, add_app)))

    assert content(globex)["orders.Order"] == content(acme)["orders.Order"]


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_is_refused(acme: Tenant, globex: Tenant) -> None:
    fill(acme)
    archive = archive_of(acme)

    def attempt(number: int) -> str:
        try:
            return str(sum(load(globex, archive).values()))
        except ArchiveRefused as error:
            return str(error)[:27]

    outcomes = sorted(at_once(2, attempt))

    rows = sum(len(content(acme)[model._meta.label]) for model in exporting.exported_models())
    assert outcomes == [str(rows), "Tenant globex is not empty:"]
    assert content(globex) == {**content(acme), KEYS: []}


def test_new_ids_are_found_by_the_old_ones() -> None:
    ids = NewIds()
    ids.add(3, 30)
    ids.add(2**62, 1)

    assert (ids[3], ids[2**62]) == (30, 1)
    for missing in (-1, 4, 2**62 + 1):
        with pytest.raises(ValueError, match=r"is not in the archive$"):
            ids[missing]


@pytest.mark.usefixtures("in_acme")
def test_a_customer_that_exists_beside_is_not_touched(acme: Tenant) -> None:
    """An archive may come from the same database: nothing is found by its old id."""
    ada = Customer.objects.create(email="ada@example.com", name="Ada")
    archive = archive_of(acme)
    Customer.objects.filter(pk=ada.pk).update(email="ada@elsewhere.example.com")

    with pytest.raises(ArchiveRefused):
        load(acme, archive)

    assert Customer.objects.get().email == "ada@elsewhere.example.com"
