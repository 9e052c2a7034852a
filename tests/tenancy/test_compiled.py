"""A statement that is kept is each tenant's own, in whatever scope it was compiled."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.compiled import Compiled, Parameter
from apps.tenancy.scope import TenantNotSet, tenant_scope


@pytest.fixture
def names(acme, globex):
    """Names by id, compiled in Acme's scope. Each tenant has a customer Ada."""
    for tenant in (globex, acme):
        with tenant_scope(tenant):
            baker.make(Customer, pk=tenant.pk, name=f"Ada of {tenant.slug}")
    with tenant_scope(acme):
        return Compiled(Customer.objects.filter(pk=Parameter(0)).values_list("name", "created_at"))


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
