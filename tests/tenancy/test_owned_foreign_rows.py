"""Knowing the id of another tenant's row is not enough to update or delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order
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


def give_away(row: Customer, other: Tenant) -> Customer:
    row.tenant = other
    return row


def stolen(row: Customer) -> Customer:
    """An instance with the id of another tenant's row, as a caller can build inside their own scope."""
    return Customer(pk=row.pk, email="stolen@example.com", name="stolen")


REFUSED = (TypeError, TenantMismatch, DatabaseError)
# Writes to another tenant's row, named by its id or by an instance that was read in its own scope.
THEFTS: dict[str, tuple[Any, Callable[[Customer], Any]]] = {
    "save": (TenantMismatch, lambda row: row.save()),
    "save with update_fields": (DatabaseError, lambda row: row.save(update_fields=["name"])),
    "save of a copy": (IntegrityError, lambda row: stolen(row).save()),
    "forced update of a copy": (DatabaseError, lambda row: stolen(row).save(force_update=True)),
    "delete": (TenantMismatch, lambda row: row.delete()),
    "delete of a copy": (Customer.DoesNotExist, lambda row: stolen(row).delete()),
    "delete after changing its tenant": (
        Customer.DoesNotExist,
        lambda row: give_away(row, Tenant.objects.get(slug="acme")).delete(),
    ),
    "upsert": (
        REFUSED,
        lambda row: Customer.objects.bulk_create(
            [stolen(row)], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
        ),
    ),
    "upsert that takes the tenant": (
        REFUSED,
        lambda row: Customer.objects.bulk_create(
            [stolen(row)], update_conflicts=True, unique_fields=["id"], update_fields=["name", "tenant"]
        ),
    ),
    "upsert with positional arguments": (
        REFUSED,
        lambda row: Customer.objects.bulk_create([stolen(row)], None, False, True, ["name"], ["id"]),
    ),
    "upsert by tenant and id": (
        REFUSED,
        lambda row: Customer.objects.bulk_create(
            [stolen(row)], update_conflicts=True, unique_fields=["tenant", "id"], update_fields=["name"]
        ),
    ),
}


@pytest.mark.parametrize(("error", "steal"), THEFTS.values(), ids=THEFTS.keys())
def test_write_to_another_tenants_row_is_refused(
    acme: Tenant, globex: Tenant, error: Any, steal: Callable[[Customer], Any]
) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer, email="grace@example.com", name="Grace")

    theirs.name = "stolen"
    with nothing_written(acme, globex), pytest.raises(error), tenant_scope(acme):
        steal(theirs)


def test_upsert_by_tenant_and_email_changes_an_own_row_only(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            baker.make(Customer, email="ada@example.com", name="Ada")

    with nothing_written(globex), tenant_scope(acme):
        Customer.objects.bulk_create(
            [Customer(email="ada@example.com", name="Ada L.")],
            update_conflicts=True,
            unique_fields=["tenant", "email"],
            update_fields=["name"],
        )

    assert [(row["email"], row["name"]) for row in rows_of(acme)] == [("ada@example.com", "Ada L.")]


def test_delete_of_an_own_row_keeps_another_tenants(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        baker.make(Customer, email="ada@example.com")
    with tenant_scope(acme):
        ours = baker.make(Customer, email="ada@example.com")

    with nothing_written(globex), tenant_scope(acme):
        deleted = ours.delete()

    assert deleted == (1, {"customers.Customer": 1})
    assert rows_of(acme) == []


def test_delete_of_an_order_takes_its_own_items_only(in_acme: Tenant) -> None:
    order, other = baker.make(Order, _quantity=2)
    baker.make(Item, order=order, quantity=1, unit_price_cents=1)
    kept = baker.make(Item, order=other, quantity=1, unit_price_cents=1)

    deleted = order.delete()

    assert deleted == (2, {"orders.Item": 1, "orders.Order": 1})
    assert list(Item.objects.all()) == [kept]
