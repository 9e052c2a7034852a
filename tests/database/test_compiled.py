"""A statement compiled once serves every tenant: it contains no tenant id, time zone or timestamp of its first use."""

from __future__ import annotations

import threading
from datetime import datetime, timezone

import pytest
from django.db import connection
from django.db.models import BooleanField, CharField, DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now, TruncDate
from django.utils import timezone as clock
from model_bakery import baker

from apps.api.rows import read_one
from apps.api.strict import StrictModelSerializer
from apps.customers import selectors
from apps.customers.models import Customer
from apps.database import compiled
from apps.database.compiled import Compiled, Parameter
from apps.tenancy import days
from apps.tenancy.scope import TenantNotSet, current_tenant, current_tenant_id, tenant_scope


@pytest.fixture
def names(acme, globex):
    """A compiled query of name and created_at by id. Each tenant has a customer Ada with the tenant's own id."""
    for tenant in (globex, acme):
        with tenant_scope(tenant):
            baker.make(Customer, pk=tenant.pk, name=f"Ada of {tenant.slug}")
    return Compiled(lambda: Customer.objects.filter(pk=Parameter(0)).values_list("name", "created_at"))


def test_compiled_statement_reads_in_the_current_scope(names, acme, globex):
    result = {}
    for tenant in (acme, globex, acme):
        with tenant_scope(tenant):
            result[tenant.slug] = [[name for name, _ in names(pk)] for pk in (acme.pk, globex.pk)]

    assert result == {"acme": [["Ada of acme"], []], "globex": [[], ["Ada of globex"]]}


def test_compiled_statement_converts_values_like_its_queryset(names, acme):
    with tenant_scope(acme):
        expected = list(Customer.objects.values_list("name", "created_at"))

        assert names(acme.pk) == expected


def test_compiled_statement_is_refused_outside_a_scope(names, acme):
    with pytest.raises(TenantNotSet):
        names(acme.pk)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_number_beyond_the_columns_range_matches_no_row(names, acme, number):
    with tenant_scope(acme):
        assert names(number) == []


@pytest.mark.django_db(transaction=True)
def test_compiled_statement_runs_on_the_connection_of_the_current_thread(names, acme):
    result = []

    def read() -> None:
        with tenant_scope(acme):
            result.append([name for name, _ in names(acme.pk)])
        connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert result == [["Ada of acme"]]


# Querysets that contain a value of the current scope.
SCOPED = {
    "tenant": lambda: Customer.objects.filter(tenant=current_tenant()),
    "tenant id": lambda: Customer.objects.filter(tenant_id=current_tenant_id()),
    "time zone": lambda: Customer.objects.annotate(day=TruncDate("created_at", tzinfo=days.zone())),
    "new row": lambda: Customer.objects.filter(pk=Customer().tenant_id),
}


@pytest.mark.parametrize("build", SCOPED.values(), ids=SCOPED)
def test_value_of_the_current_scope_cannot_be_compiled(acme, globex, build):
    for tenant in (acme, globex):
        with tenant_scope(tenant), pytest.raises(TenantNotSet, match="compiled once for all tenants"):
            Compiled(lambda: build().values_list("pk"))


def test_selector_with_the_tenants_time_zone_cannot_be_compiled(acme):
    class Shown(StrictModelSerializer):
        class Meta:
            model = Customer
            fields = ["id", "name"]

    def selector():
        return Customer.objects.filter(created_at__date=clock.localdate(timezone=days.zone()))

    with tenant_scope(acme), pytest.raises(TenantNotSet, match=r'F\("tenant__timezone"\)'):
        read_one(Shown, selector, baker.make(Customer).pk)


TIMES = {
    "date-time": lambda: Q(created_at__lt=clock.now()),
    "date": lambda: Q(created_at__date=clock.now().date()),
    "time": lambda: Q(created_at__time=clock.now().time()),
    "value": lambda: Q(created_at__lt=ExpressionWrapper(Value(clock.now()), DateTimeField())),
    "list": lambda: Q(created_at__in=[clock.now()]),
    "subquery": lambda: Q(pk__in=Customer.objects.filter(created_at__lt=clock.now()).values("pk")),
    "union": lambda: Q(pk__in=Customer.objects.union(Customer.objects.filter(created_at=clock.now())).values("pk")),
    "raw": lambda: RawSQL("created_at < %s", [clock.now()], output_field=BooleanField()),
}


@pytest.mark.parametrize("condition", TIMES.values(), ids=TIMES)
def test_current_time_cannot_be_compiled(acme, condition):
    with tenant_scope(acme), pytest.raises(TypeError, match="Make it a Parameter"):
        Compiled(lambda: Customer.objects.filter(condition()).values_list("pk"))


@pytest.mark.parametrize("read", [len, lambda rows: rows.count(), lambda rows: rows.exists()])
def test_queryset_that_reads_rows_cannot_be_compiled(acme, read):
    with tenant_scope(acme), pytest.raises(TypeError, match="built without reading"):
        Compiled(lambda: Customer.objects.filter(pk=read(Customer.objects.all())).values_list("pk"))


def test_refused_compilation_restores_scope_and_connection(acme):
    with tenant_scope(acme):
        with pytest.raises(TenantNotSet):
            Compiled(SCOPED["time zone"])

        assert current_tenant() == acme
        assert Customer.objects.filter(created_at__lt=clock.now()).count() == 0


def test_a_parameter_may_be_of_another_type_than_an_integer(acme):
    early, late = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 3))
    created = Parameter(1, DateTimeField())
    result = Compiled(
        lambda: Customer.objects.filter(email=Parameter(0, CharField()), created_at__lt=created).values_list("name")
    )

    with tenant_scope(acme):
        baker.make(Customer, name="Ada", email="ada@example.com", created_at=datetime(2026, 1, 2, tzinfo=timezone.utc))
        names = [result("ada@example.com", at) for at in (early, late)] + [result("bob@example.com", late)]

    assert names == [[], [("Ada",)], []]


def test_database_function_now_is_allowed(acme):
    result = Compiled(lambda: Customer.objects.filter(created_at__lt=Now()).values_list("name"))

    with tenant_scope(acme):
        baker.make(Customer, name="Ada", created_at=datetime(2026, 1, 2, tzinfo=timezone.utc))

        assert result() == [("Ada",)]


def test_time_zone_from_the_tenants_row_is_allowed(acme, globex):
    result = Compiled(lambda: Customer.objects.annotate(zone=F("tenant__timezone")).values_list("zone"))
    zones = []
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            baker.make(Customer)
            zones += result()

    assert zones == [(acme.timezone,), (globex.timezone,)]


def test_statement_is_cached_until_the_cache_is_cleared(acme, monkeypatch):
    with tenant_scope(acme):
        ada = baker.make(Customer)
        kept = selectors.customer_exists(ada.pk)
        monkeypatch.setattr(Customer.objects, "all", lambda: Customer.objects.filter(name="nobody"))
        still_kept = selectors.customer_exists(ada.pk)
        compiled.clear()
        built_anew = selectors.customer_exists(ada.pk)
    compiled.clear()

    assert (kept, still_kept, built_anew) == (True, True, False)
