"""Reads and writes without a scope are refused: the paths that test_owned_introspected.py does not find by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery, prefetch_related_objects
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantNotSet, tenant_scope

Operation = Callable[[Customer], Any]


READS: dict[str, Operation] = {
    "slice": lambda row: Customer.objects.order_by("id")[:1].get(),
    "subquery": lambda row: list(Tenant.objects.filter(pk__in=Customer.objects.values("tenant"))),
    "exists subquery": lambda row: list(Tenant.objects.filter(Exists(Customer.objects.filter(tenant=OuterRef("pk"))))),
    "subquery that is a column": lambda row: list(
        Tenant.objects.annotate(n=Subquery(Customer.objects.values("pk")[:1]))
    ),
    "prefetch": lambda row: prefetch_related_objects([row], "orders"),
    "forward relation": lambda row: Order(customer_id=row.pk).customer,
}
WRITES: dict[str, Operation] = {
    "update by expression": lambda row: Customer.objects.update(name=F("email")),
    "create naming the tenant": lambda row: Customer.objects.create(email="new@example.com", tenant=row.tenant),
    "bulk_create naming the tenant": lambda row: Customer.objects.bulk_create(
        [Customer(email="new@example.com", tenant=row.tenant)]
    ),
    "save with update_fields": lambda row: row.save(update_fields=["name"]),
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


def test_querysets_are_built_without_a_scope_and_filtered_when_they_run(acme: Tenant, globex: Tenant) -> None:
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
