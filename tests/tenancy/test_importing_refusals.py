"""An archive that is damaged, foreign or too much is refused, and nothing is written."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from zipfile import ZIP_BZIP2, ZipFile

import pytest

from apps.tenancy import importing
from apps.tenancy.importing import ArchiveRefused
from apps.tenancy.models import ApiKey, Tenant
from tests.conftest import rows_of
from tests.isolation.two_tenants import undone
from tests.support.archives import (
    CUSTOMERS,
    EVENTS,
    ITEMS,
    KEYS,
    NOT_EXPORTED,
    ORDERS,
    archive_of,
    edit_manifest,
    edit_rows,
    edited,
    load,
)
from tests.support.filled import content, fill


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
                members, lambda manifest: manifest["models"].update({"coupons.Coupon": {"columns": ["id"], "rows": 1}})
            ),
            r"^The archive has coupons\.Coupon, which this installation lacks\.$",
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
            r"^The archive has idempotency\.IdempotencyKey, which this installation lacks\.$",
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
        (
            lambda members: edit_rows(
                members, CUSTOMERS, lambda rows: rows[0].update(created_at="9999-12-31T23:59:59-10:00")
            ),
            r"rows of customers\.Customer cannot be imported: date value out of range$",
        ),
        (
            lambda members: edit_rows(members, ITEMS, lambda rows: rows[0].update(sku="x" * 65)),
            r"rows of orders\.Item cannot be imported: Ensure this value has at most 64 characters",
        ),
        (
            lambda members: edit_rows(members, ITEMS, lambda rows: rows[0].update(sku="MUG\0WHITE")),
            r"rows of orders\.Item cannot be imported: sku is no text, empty, or contains a NUL byte$",
        ),
        (
            lambda members: edit_rows(members, ITEMS, lambda rows: rows[0].update(sku={"a": 1})),
            r"rows of orders\.Item cannot be imported: sku is no text, empty, or contains a NUL byte$",
        ),
        (
            lambda members: edit_rows(members, CUSTOMERS, lambda rows: rows[0].update(name="")),
            r"rows of customers\.Customer cannot be imported: name is no text, empty, or contains a NUL byte$",
        ),
        (
            lambda members: edit_rows(members, EVENTS, lambda rows: rows[0].update(kind="nope")),
            r"rows of orders\.OrderEvent cannot be imported: Value 'nope' is not a valid choice",
        ),
    ],
    ids=[
        "empty zip", "manifest is no JSON", "manifest is a list", "manifest is deep", "manifest without models",
        "newer format", "app not installed", "newer column", "model that is not exported", "file missing",
        "row missing", "row cut off", "row is no object", "column missing", "column of another tenant",
        "key to a row elsewhere", "key of another type", "key is null", "id twice", "id too large", "e-mail twice",
        "invisible character", "no time", "refused by a CHECK", "number too large",
        "time beyond year 9999", "text too long", "NUL byte", "no text",
        "empty text", "unknown choice",
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
    names = ("../../escaped", "/escaped", "orders.Order", "tenancy.ApiKey.jsonl")

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
    expected = {**content(acme), **NOT_EXPORTED}
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
