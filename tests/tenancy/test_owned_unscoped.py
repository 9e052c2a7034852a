"""Without a scope no path to the database exists: each of these raises where its SQL would be compiled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, prefetch_related_objects
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantNotSet, tenant_scope

Operation = Callable[[Customer], Any]


async def iterate_async() -> list[Customer]:
    return [row async for row in Customer.objects.all()]


def run(call: Callable[[], Awaitable[Any]]) -> Any:
    async def awaited() -> Any:
        return await call()

    return async_to_sync(awaited)()


READS: dict[str, Operation] = {
    "list": lambda row: list(Customer.objects.all()),
    "slice": lambda row: Customer.objects.order_by("id")[:1].get(),
    "get": lambda row: Customer.objects.get(pk=row.pk),
    "first": lambda row: Customer.objects.first(),
    "last": lambda row: Customer.objects.order_by("id").last(),
    "exists": lambda row: Customer.objects.exists(),
    "count": lambda row: Customer.objects.count(),
    "contains": lambda row: Customer.objects.contains(row),
    "in_bulk": lambda row: Customer.objects.in_bulk([row.pk]),
    "exclude": lambda row: Customer.objects.exclude(name="").exists(),
    "aggregate": lambda row: Customer.objects.aggregate(Count("id")),
    "values": lambda row: list(Customer.objects.values_list("email", flat=True)),
    "dates": lambda row: list(Customer.objects.datetimes("created_at", "day")),
    "iterator": lambda row: next(Customer.objects.iterator()),
    "explain": lambda row: Customer.objects.all().explain(),
    "union": lambda row: list(Customer.objects.order_by().union(Customer.objects.order_by(), all=True)),
    "or": lambda row: list(Customer.objects.filter(pk=row.pk) | Customer.objects.filter(name="")),
    "select_for_update": lambda row: Customer.objects.select_for_update().get(pk=row.pk),
    "subquery": lambda row: list(Tenant.objects.filter(pk__in=Customer.objects.values("tenant"))),
    "exists subquery": lambda row: list(Tenant.objects.filter(Exists(Customer.objects.filter(tenant=OuterRef("pk"))))),
    "base manager": lambda row: list(Customer._base_manager.all()),
    "default manager": lambda row: list(Customer._default_manager.all()),
    "refresh_from_db": lambda row: row.refresh_from_db(),
    "reverse manager": lambda row: list(row.orders.all()),
    "prefetch": lambda row: prefetch_related_objects([row], "orders"),
    "forward relation": lambda row: Order(customer_id=row.pk).customer,
    "async iteration": lambda row: run(iterate_async),
    "async count": lambda row: run(lambda: Customer.objects.acount()),
    "async get": lambda row: run(lambda: Customer.objects.aget(pk=row.pk)),
}
WRITES: dict[str, Operation] = {
    "update": lambda row: Customer.objects.update(name="x"),
    "update by expression": lambda row: Customer.objects.update(name=F("email")),
    "delete": lambda row: Customer.objects.all().delete(),
    "create": lambda row: Customer.objects.create(email="new@example.com"),
    "create naming the tenant": lambda row: Customer.objects.create(email="new@example.com", tenant=row.tenant),
    "get_or_create": lambda row: Customer.objects.get_or_create(email="new@example.com"),
    "update_or_create": lambda row: Customer.objects.update_or_create(email="new@example.com"),
    "bulk_create": lambda row: Customer.objects.bulk_create([Customer(email="new@example.com")]),
    "bulk_create naming the tenant": lambda row: Customer.objects.bulk_create(
        [Customer(email="new@example.com", tenant=row.tenant)]
    ),
    "bulk_update": lambda row: Customer.objects.bulk_update([row], ["name"]),
    "save": lambda row: row.save(),
    "save with update_fields": lambda row: row.save(update_fields=["name"]),
    "save of a new row": lambda row: Customer(email="new@example.com", tenant=row.tenant).save(),
    "instance.delete": lambda row: row.delete(),
    "reverse manager's create": lambda row: row.orders.create(),
    "async create": lambda row: run(lambda: Customer.objects.acreate(email="new@example.com")),
    "async save": lambda row: run(lambda: row.asave()),
    "async delete": lambda row: run(lambda: row.adelete()),
}


def parameters(operations: dict[str, Operation]) -> list[Any]:
    return [pytest.param(operation, id=name) for name, operation in operations.items()]


@pytest.mark.parametrize("read", parameters(READS))
def test_read_without_scope_is_refused(acme: Tenant, read: Operation) -> None:
    with tenant_scope(acme):
        customer = baker.make(Customer)
        baker.make(Order, customer=customer)

    with pytest.raises(TenantNotSet), transaction.atomic():
        read(customer)


@pytest.mark.parametrize("write", parameters(WRITES))
def test_write_without_scope_is_refused_and_writes_nothing(acme: Tenant, write: Operation) -> None:
    with tenant_scope(acme):
        customer = baker.make(Customer, name="Ada")
        before = list(Customer.objects.values())
    customer.name = "x"

    with pytest.raises(TenantNotSet), transaction.atomic():
        write(customer)

    with tenant_scope(acme):
        assert list(Customer.objects.values()) == before
        assert Order.objects.count() == 0


def test_querysets_are_built_without_a_scope_and_narrowed_where_they_run(acme: Tenant, globex: Tenant) -> None:
    queryset = Customer.objects.values_list("email", flat=True)
    with tenant_scope(acme):
        baker.make(Customer, email="ada@example.com")
    with tenant_scope(globex):
        baker.make(Customer, email="grace@example.com")

    with tenant_scope(acme):
        in_acme = list(queryset.all())
    with tenant_scope(globex):
        in_globex = list(queryset.all())

    assert (in_acme, in_globex) == (["ada@example.com"], ["grace@example.com"])
