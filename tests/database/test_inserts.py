from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.customers.models import EMAIL_UNIQUE, Customer
from apps.database.inserts import insert_rows
from apps.errors import breaks_unique
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import TenantNotSet, tenant_scope
from tests.support.tables import create_table
from tests.support.texts import plain_text

COLUMNS = ("email", "name", "is_active", "created_at", "updated_at")
NAMES = plain_text(max_size=30)
ZONES = st.sampled_from([timezone.utc, timezone(timedelta(hours=5, minutes=45))])
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=ZONES)


@pytest.mark.usefixtures("in_acme")
@given(rows=st.lists(st.tuples(NAMES, st.booleans(), TIMES, TIMES), max_size=4))
@hypothesis_settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_rows_are_read_as_they_were_written_in_the_order_of_their_ids(acme, rows):
    rows = [(f"{index}@example.com", *row) for index, row in enumerate(rows)]

    with tenant_scope(acme):
        Customer.objects.all().delete()
        ids = insert_rows(Customer, COLUMNS, rows)

        found = Customer.objects.in_bulk()
    assert [tuple(getattr(found[pk], name) for name in COLUMNS) for pk in ids] == rows
    assert ids == sorted(ids)


def test_rows_belong_to_the_tenant_of_the_scope(acme, globex):
    row = ("ada@example.com", "Ada", True, datetime(2026, 1, 1), datetime(2026, 1, 1))
    with tenant_scope(globex):
        insert_rows(Customer, COLUMNS, [row])

        assert [customer.tenant for customer in Customer.objects.all()] == [globex]
    with tenant_scope(acme):
        assert list(Customer.objects.all()) == []


def test_rows_need_a_scope(db):
    with pytest.raises(TenantNotSet):
        insert_rows(Customer, COLUMNS, [])


def test_row_that_violates_a_constraint_is_refused(acme):
    row = ("ada@example.com", "Ada", True, datetime(2026, 1, 1), datetime(2026, 1, 1))

    with pytest.raises(IntegrityError), tenant_scope(acme):
        insert_rows(Customer, COLUMNS, [row, row])


@isolate_apps("apps.customers")
@pytest.mark.role("orders_owner")
@pytest.mark.usefixtures("in_acme")
def test_omitted_fields_get_the_values_that_save_writes():
    class Sample(TenantOwned):
        word = models.CharField(max_length=9)
        note = models.CharField(max_length=9, blank=True, default="")
        code = models.CharField(max_length=9, default=iter(["a", "b", "c", "d"]).__next__)
        at = models.DateTimeField(default=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc))
        touched_at = models.DateTimeField(auto_now=True)
        day = models.DateField(default=date(2026, 1, 2))
        rate = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("1.50"))
        number = models.UUIDField(default=UUID(int=7))
        names = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
        label = models.JSONField(default=str)
        size = models.IntegerField(db_default=3)
        gone_at = models.DateTimeField(null=True)
        twice = models.GeneratedField(
            expression=models.F("size") * 2, output_field=models.IntegerField(), db_persist=True
        )

        class Meta(TenantOwned.Meta):
            app_label = "customers"

    create_table(Sample)
    before = datetime.now(timezone.utc)

    insert_rows(Sample, ("word",), [("one",), ("two",)])
    [Sample(word=word).save() for word in ("one", "two")]

    rows = list(Sample.objects.order_by("pk").values())
    assert [row.pop("code") for row in rows] == ["a", "b", "c", "d"]
    assert all(before <= row.pop("touched_at") for row in rows)
    assert [{**row, "id": 0} for row in rows[:2]] == [{**row, "id": 0} for row in rows[2:]]


@isolate_apps("apps.customers")
@pytest.mark.role("orders_owner")
@pytest.mark.usefixtures("in_acme")
def test_values_are_written_as_save_would():
    class Sample(TenantOwned):
        number = models.UUIDField()
        names = models.JSONField()
        day = models.DateField()

        class Meta(TenantOwned.Meta):
            app_label = "customers"

    create_table(Sample)
    values = [(UUID(int=7), ["Ada"], date(2026, 1, 2)), (UUID(int=8), "Ada", date(2026, 1, 3))]

    insert_rows(Sample, ("number", "names", "day"), values)

    assert list(Sample.objects.order_by("pk").values_list("number", "names", "day")) == values


@pytest.mark.usefixtures("in_acme")
def test_email_is_normalized_as_on_saving():
    insert_rows(Customer, ("email", "name"), [("Ada@B\u00fccher.example", "Ada")])

    customer = Customer.objects.get(email="ada@xn--bcher-kva.example")
    assert (customer.name, customer.is_active) == ("Ada", True)
    assert customer.created_at <= customer.updated_at


def test_type_without_a_json_form_is_refused_by_name(in_acme):
    with pytest.raises(TypeError, match="bytes is nothing that can be inserted in bulk"), tenant_scope(in_acme):
        insert_rows(Customer, ("email", "name"), [("ada@example.com", b"Ada")])


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        pytest.param({"pk": 1, "email": "a@b.example"}, {"pk": 2, "email": "A@b.example"}, True, id="address"),
        pytest.param({"pk": 1, "email": "a@b.example"}, {"pk": 1, "email": "c@b.example"}, False, id="another unique"),
        pytest.param({}, {"pk": 1, "email": "a@b.example", "name": "\x07"}, False, id="check"),
    ],
)
def test_only_conflicts_with_the_named_constraint_are_ignored(acme, first, second, taken):
    with pytest.raises(IntegrityError) as refusal, tenant_scope(acme):
        Customer.objects.bulk_create([Customer(**{"email": "z@b.example"} | first), Customer(**second)])

    assert breaks_unique(refusal.value, Customer, EMAIL_UNIQUE) is taken
