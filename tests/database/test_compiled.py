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
    """Names by id. Each tenant has a customer Ada, whose id is the tenant's."""
    for tenant in (globex, acme):
        with tenant_scope(tenant):
            baker.make(Customer, pk=tenant.pk, name=f"Ada of {tenant.slug}")
    return Compiled(lambda: Customer.objects.filter(pk=Parameter(0)).values_list("name", "created_at"))


def test_a_kept_statement_reads_for_the_scope_it_runs_in(names, acme, globex):
    found = {}
    for tenant in (acme, globex, acme):
        with tenant_scope(tenant):
            found[tenant.slug] = [[name for name, _ in names(pk)] for pk in (acme.pk, globex.pk)]

    assert found == {"acme": [["Ada of acme"], []], "globex": [[], ["Ada of globex"]]}


def test_a_kept_statement_converts_as_its_queryset_does(names, acme):
    with tenant_scope(acme):
        expected = list(Customer.objects.values_list("name", "created_at"))

        assert names(acme.pk) == expected


def test_a_kept_statement_is_refused_outside_of_a_scope(names, acme):
    with pytest.raises(TenantNotSet):
        names(acme.pk)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_beyond_the_column_is_in_no_row(names, acme, number):
    with tenant_scope(acme):
        assert names(number) == []


@pytest.mark.django_db(transaction=True)
def test_a_kept_statement_runs_on_the_connection_of_its_thread(names, acme):
    found = []

    def read() -> None:
        with tenant_scope(acme):
            found.append([name for name, _ in names(acme.pk)])
        connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert found == [["Ada of acme"]]


# What a selector may take from the scope, which is one tenant's.
SCOPED = {
    "tenant": lambda: Customer.objects.filter(tenant=current_tenant()),
    "tenant id": lambda: Customer.objects.filter(tenant_id=current_tenant_id()),
    "time zone": lambda: Customer.objects.annotate(day=TruncDate("created_at", tzinfo=days.zone())),
    "new row": lambda: Customer.objects.filter(pk=Customer().tenant_id),
}


@pytest.mark.parametrize("build", SCOPED.values(), ids=SCOPED)
def test_a_value_of_the_scope_is_refused_in_every_scope(acme, globex, build):
    for tenant in (acme, globex):
        with tenant_scope(tenant), pytest.raises(TenantNotSet, match="compiled once for all tenants"):
            Compiled(lambda: build().values_list("pk"))


def test_a_detail_of_a_selector_with_the_tenants_zone_is_refused_at_its_first_use(acme):
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
def test_a_time_of_the_first_use_is_refused(acme, condition):
    with tenant_scope(acme), pytest.raises(TypeError, match="Make it a Parameter"):
        Compiled(lambda: Customer.objects.filter(condition()).values_list("pk"))


@pytest.mark.parametrize("read", [len, lambda rows: rows.count(), lambda rows: rows.exists()])
def test_a_queryset_that_reads_while_it_is_built_is_refused(acme, read):
    with tenant_scope(acme), pytest.raises(TypeError, match="built without reading"):
        Compiled(lambda: Customer.objects.filter(pk=read(Customer.objects.all())).values_list("pk"))


def test_a_refusal_leaves_the_scope_and_the_connection_as_they_were(acme):
    with tenant_scope(acme):
        with pytest.raises(TenantNotSet):
            Compiled(SCOPED["time zone"])

        assert current_tenant() == acme
        assert Customer.objects.filter(created_at__lt=clock.now()).count() == 0


def test_a_parameter_may_be_of_another_type_than_an_integer(acme):
    early, late = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 3))
    created = Parameter(1, DateTimeField())
    found = Compiled(
        lambda: Customer.objects.filter(email=Parameter(0, CharField()), created_at__lt=created).values_list("name")
    )

    with tenant_scope(acme):
        baker.make(Customer, name="Ada", email="ada@example.com", created_at=datetime(2026, 1, 2, tzinfo=timezone.utc))
        names = [found("ada@example.com", at) for at in (early, late)] + [found("bob@example.com", late)]

    assert names == [[], [("Ada",)], []]


def test_the_databases_own_time_is_allowed(acme):
    found = Compiled(lambda: Customer.objects.filter(created_at__lt=Now()).values_list("name"))

    with tenant_scope(acme):
        baker.make(Customer, name="Ada", created_at=datetime(2026, 1, 2, tzinfo=timezone.utc))

        assert found() == [("Ada",)]


def test_each_tenant_gets_its_own_zone_from_the_row(acme, globex):
    found = Compiled(lambda: Customer.objects.annotate(zone=F("tenant__timezone")).values_list("zone"))
    zones = []
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            baker.make(Customer)
            zones += found()

    assert zones == [(acme.timezone,), (globex.timezone,)]


def test_a_statement_is_kept_until_all_are_cleared(acme, monkeypatch):
    with tenant_scope(acme):
        ada = baker.make(Customer)
        kept = selectors.customer_exists(ada.pk)
        monkeypatch.setattr(Customer.objects, "all", lambda: Customer.objects.filter(name="nobody"))
        still_kept = selectors.customer_exists(ada.pk)
        compiled.clear()
        built_anew = selectors.customer_exists(ada.pk)
    compiled.clear()

    assert (kept, still_kept, built_anew) == (True, True, False)
