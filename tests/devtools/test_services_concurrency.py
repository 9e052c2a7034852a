"""Concurrent seeding: it commits per chunk, blocks no reader, and can run several times at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.models import F, Sum
from model_bakery import baker

from apps.customers.models import Customer
from apps.devtools import services
from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import snapshot_scope, tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def in_another_connection(work: Callable[[], T]) -> T:
    """Return the result of `work`, run in a thread and therefore on a connection of its own."""

    def worker() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(worker).result()


def customers_of(tenant: Tenant) -> int:
    with snapshot_scope(tenant):
        return Customer.objects.count()


@pytest.mark.parametrize("threads", [2, 4])
def test_concurrent_seeds_write_all_their_rows(acme: Tenant, threads: int) -> None:
    size = {"customers": 10, "orders_per_customer": 2, "items_per_order": 2}
    start = Barrier(threads, timeout=30)

    def work(_: int) -> services.Seeded:
        try:
            start.wait()
            with tenant_scope(acme, atomic=False):
                return services.seed(**size, seed=42)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        seeded = list(pool.map(work, range(threads)))

    assert seeded == [services.Seeded(customers=10, orders=20, items=40)] * threads
    with tenant_scope(acme):
        written = [model.objects.count() for model in (Customer, Order, Item)]
        totals = Order.objects.annotate(of_items=Sum(F("items__quantity") * F("items__unit_price_cents")))
        assert written == [10 * threads, 20 * threads, 40 * threads]
        assert totals.exclude(total_cents=F("of_items")).count() == 0


def test_concurrent_seeds_of_two_tenants_write_the_same_data(acme: Tenant, globex: Tenant) -> None:
    start = Barrier(2, timeout=30)

    def work(tenant: Tenant) -> list[str]:
        try:
            start.wait()
            with tenant_scope(tenant, atomic=False):
                services.seed(customers=10, orders_per_customer=2, items_per_order=2, seed=42)
            with tenant_scope(tenant):
                return list(Customer.objects.order_by("id").values_list("email", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(work, (acme, globex))

    assert len(ours) == 10
    assert ours == theirs


def test_seed_commits_each_chunk(acme: Tenant) -> None:
    visible: list[int] = []

    with tenant_scope(acme, atomic=False):
        # Two customers fill a chunk.
        services.seed(
            customers=3,
            orders_per_customer=25,
            items_per_order=services.CHUNK_ROWS // 50 - 2,
            seed=42,
            progress=lambda _: visible.append(in_another_connection(lambda: customers_of(acme))),
        )

    assert visible == [2, 3]


def test_reader_does_not_wait_for_an_uncommitted_seed(acme: Tenant) -> None:
    with tenant_scope(acme):
        baker.make(Customer)

    with tenant_scope(acme):
        services.seed(customers=5, orders_per_customer=1, items_per_order=1, seed=42)
        during = in_another_connection(lambda: customers_of(acme))
    after = in_another_connection(lambda: customers_of(acme))

    assert (during, after) == (1, 6)


def test_read_request_does_not_wait_for_an_uncommitted_seed(acme: Tenant, api: Any) -> None:
    with tenant_scope(acme):
        baker.make(Customer, email="ada@example.com")

    with tenant_scope(acme):
        services.seed(customers=5, orders_per_customer=1, items_per_order=1, seed=42)
        response = in_another_connection(lambda: api.get("/api/v1/customers/"))

    assert response.status_code == 200
    assert [row["email"] for row in response.json()["results"]] == ["ada@example.com"]
