"""An import gives back what was exported, with new ids."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.customers.models import Customer
from apps.tenancy import exporting, importing
from apps.tenancy.importing import ArchiveRefused, NewIds
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import tenant_scope
from tests.conftest import rows_of
from tests.support.archives import CUSTOMERS, NOT_EXPORTED, archive_of, edit_manifest, edit_rows, edited, load
from tests.support.concurrency import at_once
from tests.support.filled import content, fill
from tests.support.tables import create_table
from tests.support.totals import drifts


@pytest.mark.parametrize("batch", [1_000, 2])
def test_what_was_exported_comes_back_in_another_tenant(
    acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(exporting, "BATCH_ROWS", batch)
    monkeypatch.setattr(importing, "BATCH_ROWS", batch)
    fill(acme)
    before = rows_of(acme)

    imported = load(globex, archive_of(acme))

    assert rows_of(acme) == before
    expected = {**content(acme), **NOT_EXPORTED}
    assert content(globex) == expected
    assert imported == {label: len(expected[label]) for label in imported}
    assert {*imported} == {model._meta.label for model in exporting.exported_models()}


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
        manifest["models"]["coupons.Coupon"] = {"columns": ["id"], "rows": 0}

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
    assert content(globex) == {**content(acme), **NOT_EXPORTED}


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
