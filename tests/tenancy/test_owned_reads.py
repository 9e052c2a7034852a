"""Inside a scope, no kind of read finds another tenant's rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Count, Exists, F, OuterRef, prefetch_related_objects
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope


async def iterate_async() -> list[str]:
    return [row.email async for row in Customer.objects.all()]


async def count_async() -> int:
    return await Customer.objects.acount()


def orders_prefetched(row: Customer) -> list[Order]:
    prefetch_related_objects([row], "orders")
    return list(row.orders.all())


def emails(queryset: Any) -> list[str]:
    return [row.email for row in queryset]


OURS = "ada@example.com"
# name: (read, its result when each tenant has one customer). `theirs` is globex's, read in globex's scope.
ANSWERS: dict[str, tuple[Callable[[Customer], Any], Any]] = {
    "list": (lambda theirs: emails(Customer.objects.all()), [OURS]),
    "filter by id": (lambda theirs: emails(Customer.objects.filter(pk=theirs.pk)), []),
    "filter by tenant": (lambda theirs: emails(Customer.objects.filter(tenant=theirs.tenant)), []),
    "or": (lambda theirs: emails(Customer.objects.filter(name="x") | Customer.objects.filter(pk=theirs.pk)), []),
    "exists": (lambda theirs: Customer.objects.filter(pk=theirs.pk).exists(), False),
    "exclude": (lambda theirs: Customer.objects.exclude(email=OURS).exists(), False),
    "count": (lambda theirs: Customer.objects.count(), 1),
    "contains": (lambda theirs: Customer.objects.contains(theirs), False),
    "in_bulk": (lambda theirs: list(Customer.objects.in_bulk([theirs.pk])), []),
    "aggregate": (lambda theirs: Customer.objects.aggregate(n=Count("id")), {"n": 1}),
    "values": (lambda theirs: list(Customer.objects.values_list("email", flat=True)), [OURS]),
    "iterator": (lambda theirs: emails(Customer.objects.iterator()), [OURS]),
    "union": (lambda theirs: emails(Customer.objects.filter(name="x").union(Customer.objects.all(), all=True)), [OURS]),
    "subquery": (
        lambda theirs: [row.slug for row in Tenant.objects.filter(pk__in=Customer.objects.values("tenant"))],
        ["acme"],
    ),
    "exists subquery": (
        lambda theirs: [
            row.slug for row in Tenant.objects.filter(Exists(Customer.objects.filter(tenant=OuterRef("pk"))))
        ],
        ["acme"],
    ),
    "base manager": (lambda theirs: emails(Customer._base_manager.all()), [OURS]),
    "reverse manager": (lambda theirs: list(theirs.orders.all()), []),
    "reverse count": (lambda theirs: theirs.orders.count(), 0),
    "prefetch": (orders_prefetched, []),
    "async iteration": (lambda theirs: async_to_sync(iterate_async)(), [OURS]),
    "async count": (lambda theirs: async_to_sync(count_async)(), 1),
    "update": (lambda theirs: Customer.objects.filter(pk=theirs.pk).update(name="x"), 0),
    "update by expression": (lambda theirs: Customer.objects.exclude(email=OURS).update(name=F("email")), 0),
    "delete": (lambda theirs: Customer.objects.filter(pk=theirs.pk).delete(), (0, {})),
    "delete of what the database deletes in one go": (lambda theirs: Item.objects.all().delete(), (0, {})),
    "bulk_update": (lambda theirs: Customer.objects.bulk_update([theirs], ["name"]), 0),
}


@pytest.mark.parametrize("way", ANSWERS)
def test_another_tenants_rows_are_invisible_and_untouched(acme: Tenant, globex: Tenant, way: str) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer, email="grace@example.com", name="Grace")
        baker.make(Item, order=baker.make(Order, customer=theirs), quantity=1, unit_price_cents=1)
        before = [list(model.objects.values()) for model in (Customer, Order, Item)]
    with tenant_scope(acme):
        baker.make(Customer, email=OURS, name="Ada")
    ask, expected = ANSWERS[way]

    with tenant_scope(acme):
        answer = ask(Customer(pk=theirs.pk, email=theirs.email, name="stolen", tenant=globex))

    assert answer == expected
    with tenant_scope(globex):
        assert [list(model.objects.values()) for model in (Customer, Order, Item)] == before


def test_get_does_not_find_another_tenants_row(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer)

    with tenant_scope(acme), pytest.raises(Customer.DoesNotExist):
        Customer.objects.get(pk=theirs.pk)


def test_refresh_from_db_does_not_find_another_tenants_row(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer)

    with tenant_scope(acme), pytest.raises(Customer.DoesNotExist):
        theirs.refresh_from_db()


def test_forward_relation_does_not_find_another_tenants_row(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        theirs = baker.make(Customer)

    with tenant_scope(acme), pytest.raises(Customer.DoesNotExist):
        _ = Order(customer_id=theirs.pk).customer


@pytest.mark.parametrize("manager", ["objects", "_base_manager", "_default_manager"])
def test_raw_is_refused(in_acme: Tenant, manager: str) -> None:
    with pytest.raises(TypeError, match="every tenant's rows"):
        getattr(Customer, manager).raw("SELECT * FROM customers_customer")


def test_raw_of_a_queryset_is_refused(in_acme: Tenant) -> None:
    with pytest.raises(TypeError, match="every tenant's rows"):
        Customer.objects.all().raw("SELECT * FROM customers_customer")
