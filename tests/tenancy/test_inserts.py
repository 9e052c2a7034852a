from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.customers.models import Customer
from apps.tenancy.inserts import insert_rows
from apps.tenancy.scope import TenantNotSet, tenant_scope
from tests.texts import plain_text

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

        assert [each.tenant for each in Customer.objects.all()] == [globex]
    with tenant_scope(acme):
        assert list(Customer.objects.all()) == []


def test_rows_need_a_scope(db):
    with pytest.raises(TenantNotSet):
        insert_rows(Customer, COLUMNS, [])


def test_a_row_that_breaks_a_rule_of_the_table_is_refused(acme):
    row = ("ada@example.com", "Ada", True, datetime(2026, 1, 1), datetime(2026, 1, 1))

    with pytest.raises(IntegrityError), tenant_scope(acme):
        insert_rows(Customer, COLUMNS, [row, row])
