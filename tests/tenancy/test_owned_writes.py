"""Writing a row stamps it with the scope's tenant; any other tenant is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Value
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantMismatch, tenant_scope


def rows_of(tenant: Tenant) -> list[dict[str, Any]]:
    with tenant_scope(tenant):
        return list(Customer.objects.order_by("id").values())


@contextmanager
def nothing_written(*tenants: Tenant) -> Iterator[None]:
    before = [rows_of(tenant) for tenant in tenants]
    yield
    assert [rows_of(tenant) for tenant in tenants] == before


def test_create_stamps_the_tenant(in_acme: Tenant) -> None:
    customer = Customer.objects.create(email="ada@example.com")

    assert customer.tenant_id == in_acme.pk
    assert list(Customer.objects.values_list("tenant", "pk")) == [(in_acme.pk, customer.pk)]


def test_save_stamps_an_instance_built_without_a_scope(acme: Tenant) -> None:
    customer = Customer(email="ada@example.com")

    with tenant_scope(acme):
        customer.save()

    assert customer.tenant_id == acme.pk
    assert [row["tenant_id"] for row in rows_of(acme)] == [acme.pk]


def test_bulk_create_stamps_the_tenant(acme: Tenant) -> None:
    customers = [Customer(email="ada@example.com"), Customer(email="tim@example.com")]

    with tenant_scope(acme):
        Customer.objects.bulk_create(customers)

    assert [customer.tenant_id for customer in customers] == [acme.pk, acme.pk]
    assert [row["tenant_id"] for row in rows_of(acme)] == [acme.pk, acme.pk]


def test_get_or_create_ignores_another_tenants_row(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer, email="ada@example.com")

    with tenant_scope(acme):
        ours, created = Customer.objects.get_or_create(email="ada@example.com")

    assert created
    assert (ours.tenant_id, ours.pk == theirs.pk) == (acme.pk, False)


def test_related_manager_stamps_the_tenant(in_acme: Tenant) -> None:
    customer = baker.make(Customer)

    order = customer.orders.create()

    assert (order.tenant_id, order.customer_id) == (in_acme.pk, customer.pk)


INSERTS: dict[str, Callable[[Tenant], Any]] = {
    "create": lambda other: Customer.objects.create(email="new@example.com", tenant=other),
    "create by id": lambda other: Customer.objects.create(email="new@example.com", tenant_id=other.pk),
    "create by expression": lambda other: Customer.objects.create(
        email="new@example.com",
        tenant_id=Value(other.pk),
    ),
    "save": lambda other: Customer(email="new@example.com", tenant=other).save(),
    "get_or_create": lambda other: Customer.objects.get_or_create(email="new@example.com", tenant=other),
    "bulk_create": lambda other: Customer.objects.bulk_create(
        [Customer(email="own@example.com"), Customer(email="new@example.com", tenant=other)]
    ),
}


@pytest.mark.parametrize("insert", INSERTS.values(), ids=INSERTS.keys())
def test_insert_for_another_tenant_is_refused(acme: Tenant, globex: Tenant, insert: Callable[[Tenant], Any]) -> None:
    with nothing_written(acme, globex), pytest.raises(TenantMismatch), tenant_scope(acme):
        insert(globex)


def give_away(row: Customer, other: Tenant) -> Customer:
    row.tenant = other
    return row


UPDATES: dict[str, Callable[[Customer, Tenant], Any]] = {
    "save": lambda row, other: give_away(row, other).save(),
    "save with update_fields": lambda row, other: give_away(row, other).save(update_fields=["tenant"]),
    "update": lambda row, other: Customer.objects.update(tenant=other),
    "update by id": lambda row, other: Customer.objects.update(tenant_id=other.pk),
    "update by column": lambda row, other: Customer.objects.update(tenant=F("id")),
    "update by value": lambda row, other: Customer.objects.update(tenant=Value(other.pk)),
    "update or create": lambda row, other: Customer.objects.update_or_create({"tenant": other}, pk=row.pk),
    "bulk_update": lambda row, other: Customer.objects.bulk_update([give_away(row, other)], ["tenant"]),
}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES.keys())
def test_row_cannot_be_moved_to_another_tenant(
    acme: Tenant, globex: Tenant, update: Callable[[Customer, Tenant], Any]
) -> None:
    with tenant_scope(acme):
        customer = baker.make(Customer)

    with nothing_written(acme, globex), pytest.raises(TenantMismatch), tenant_scope(acme):
        update(customer, globex)


def test_failed_write_leaves_the_scope_usable(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        with pytest.raises(TenantMismatch), transaction.atomic():
            Customer.objects.create(email="new@example.com", tenant=globex)
        Customer.objects.create(email="own@example.com")

    assert [row["email"] for row in rows_of(acme)] == ["own@example.com"]
