from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantMismatch, TenantNotSet, current_tenant, current_tenant_id, tenant_scope


class Failure(Exception):
    """An error raised inside a scope."""


def write_and_fail(tenant: Tenant, *, atomic: bool = True) -> None:
    with tenant_scope(tenant, atomic=atomic):
        with tenant_scope(tenant):
            baker.make(Customer, email="inner@example.com")
        raise Failure


def test_current_tenant_without_scope_is_refused() -> None:
    with pytest.raises(TenantNotSet, match="tenant_scope"):
        current_tenant()


def test_current_tenant_id_without_scope_is_none() -> None:
    assert current_tenant_id() is None


def test_scope_sets_its_tenant(acme: Tenant) -> None:
    with tenant_scope(acme) as entered:
        inside = (entered, current_tenant(), current_tenant_id())

    assert inside == (acme, acme, acme.pk)
    assert current_tenant_id() is None


def test_scope_of_the_same_tenant_nests(acme: Tenant) -> None:
    with tenant_scope(acme):
        with tenant_scope(Tenant.objects.get(pk=acme.pk)):
            inner = current_tenant()
        after_inner = current_tenant()

    assert (inner, after_inner) == (acme, acme)
    assert current_tenant_id() is None


@pytest.mark.parametrize("atomic", [True, False])
def test_scope_of_another_tenant_is_refused_and_leaves_the_outer_one(
    acme: Tenant, globex: Tenant, atomic: bool
) -> None:
    with tenant_scope(acme):
        with pytest.raises(TenantMismatch, match="'globex' was asked for inside the scope of 'acme'"):
            tenant_scope(globex, atomic=atomic).__enter__()
        still = current_tenant()
        customer = baker.make(Customer)

    assert still == acme
    assert customer.tenant == acme


def test_scopes_of_two_tenants_follow_each_other(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        first = current_tenant()
    with tenant_scope(globex):
        second = current_tenant()

    assert (first, second) == (acme, globex)


@pytest.mark.parametrize("atomic", [True, False])
def test_scope_ends_with_an_exception(acme: Tenant, atomic: bool) -> None:
    with pytest.raises(Failure):
        write_and_fail(acme, atomic=atomic)

    assert current_tenant_id() is None


def test_scope_is_the_outer_one_after_an_exception_in_a_nested_one(acme: Tenant) -> None:
    with tenant_scope(acme):
        baker.make(Customer, email="outer@example.com")
        with pytest.raises(Failure):
            write_and_fail(acme)
        emails = list(Customer.objects.values_list("email", flat=True))

    assert emails == ["outer@example.com"]


@pytest.mark.django_db(transaction=True)
def test_scope_commits(acme: Tenant) -> None:
    with tenant_scope(acme):
        in_transaction = connection.in_atomic_block
        baker.make(Customer)

    assert in_transaction
    assert not connection.in_atomic_block
    with tenant_scope(acme):
        assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_scope_rolls_back_on_an_exception(acme: Tenant) -> None:
    with pytest.raises(Failure):
        write_and_fail(acme)

    with tenant_scope(acme):
        assert Customer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_non_atomic_scope_opens_no_transaction(acme: Tenant) -> None:
    with tenant_scope(acme, atomic=False):
        in_transaction = connection.in_atomic_block

    assert not in_transaction


@pytest.mark.django_db(transaction=True)
def test_non_atomic_scope_keeps_writes_before_an_exception(acme: Tenant) -> None:
    with pytest.raises(Failure):
        write_and_fail(acme, atomic=False)

    with tenant_scope(acme):
        assert Customer.objects.count() == 1


def test_scope_does_not_reach_another_thread(acme: Tenant) -> None:
    with tenant_scope(acme), ThreadPoolExecutor(max_workers=1) as pool:
        seen = pool.submit(current_tenant_id).result()

    assert seen is None


def test_scopes_of_two_threads_do_not_mix() -> None:
    tenants = [Tenant(pk=1, slug="acme"), Tenant(pk=2, slug="globex")]
    both_are_inside = Barrier(len(tenants), timeout=30)

    def act_for(tenant: Tenant) -> Tenant:
        with tenant_scope(tenant, atomic=False):
            both_are_inside.wait()
            return current_tenant()

    with ThreadPoolExecutor(max_workers=len(tenants)) as pool:
        seen = list(pool.map(act_for, tenants))

    assert seen == tenants
