from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, Sum
from model_bakery import baker

from apps.customers.models import Customer
from apps.devtools import services
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantNotSet, tenant_scope

SMALL = {"customers": 4, "orders_per_customer": 5, "items_per_order": 3}
# Two customers fill a chunk, so the three are written in two chunks.
ITEMS = services.CHUNK_ROWS // 50 - 2
TWO_CHUNKS = {"customers": 3, "orders_per_customer": 25, "items_per_order": ITEMS}


def contents(tenant: Tenant) -> list[list[Any]]:
    """Return all rows of the tenant in the order of writing, without ids and tenants."""
    with tenant_scope(tenant):
        return [
            list(Customer.objects.order_by("id").values_list("email", "name", "is_active", "created_at", "updated_at")),
            list(
                Order.objects.order_by("id").values_list(
                    "customer__email", "status", "total_cents", "created_at", "updated_at", "paid_at", "shipped_at",
                    "cancelled_at", "archived_at",
                )
            ),
            list(
                Item.objects.order_by("id").values_list(
                    "order__customer__email", "order__created_at", "sku", "quantity", "unit_price_cents"
                )
            ),
            list(
                OrderEvent.objects.order_by("id").values_list(
                    "order__customer__email", "order__created_at", "kind", "created_at"
                )
            ),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "orders", "items"),
    [
        pytest.param(SMALL, 20, 60, id="small"),
        pytest.param(TWO_CHUNKS, 75, 75 * ITEMS, id="two chunks"),
        pytest.param({"customers": 1, "orders_per_customer": 1, "items_per_order": 1}, 1, 1, id="one of each"),
        pytest.param({"customers": 3, "orders_per_customer": 0, "items_per_order": 5}, 0, 0, id="no orders"),
        pytest.param({"customers": 3, "orders_per_customer": 2, "items_per_order": 0}, 6, 0, id="no items"),
        pytest.param({"customers": 0, "orders_per_customer": 2, "items_per_order": 2}, 0, 0, id="nothing"),
    ],
)
def test_seed_writes_as_many_rows_as_it_returns(in_acme: Tenant, size: dict[str, int], orders: int, items: int) -> None:
    seeded = services.seed(**size, seed=42)

    assert seeded == services.Seeded(customers=size["customers"], orders=orders, items=items)
    assert [model.objects.count() for model in (Customer, Order, Item)] == [size["customers"], orders, items]


def test_seed_gives_each_customer_its_orders_and_each_order_its_items(in_acme: Tenant) -> None:
    services.seed(**SMALL, seed=42)

    assert [customer.orders.count() for customer in Customer.objects.all()] == [5] * 4
    assert [order.items.count() for order in Order.objects.all()] == [3] * 20


@pytest.mark.parametrize("size", [SMALL, TWO_CHUNKS], ids=["small", "two chunks"])
def test_seed_writes_the_same_data_for_the_same_number(acme: Tenant, globex: Tenant, size: dict[str, int]) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            services.seed(**size, seed=42)

    assert [len(rows) > 0 for rows in contents(acme)] == [True] * 4
    assert contents(acme) == contents(globex)


def test_seed_writes_different_data_for_another_number(acme: Tenant, globex: Tenant) -> None:
    for tenant, seed in ((acme, 42), (globex, 43)):
        with tenant_scope(tenant):
            services.seed(**SMALL, seed=seed)

    differs = [ours != theirs for ours, theirs in zip(contents(acme), contents(globex), strict=True)]
    assert differs == [True] * 4


def test_seed_again_adds_as_much(in_acme: Tenant) -> None:
    services.seed(**SMALL, seed=42)

    seeded = services.seed(**SMALL, seed=42)

    assert seeded == services.Seeded(customers=4, orders=20, items=60)
    assert [model.objects.count() for model in (Customer, Order, Item)] == [8, 40, 120]


def test_seed_many_times_in_different_sizes_finds_free_addresses(in_acme: Tenant) -> None:
    sizes = [3, 1, 5, 1, 1, 8, 2]

    for size in sizes:
        services.seed(customers=size, orders_per_customer=0, items_per_order=0, seed=42)

    assert Customer.objects.count() == sum(sizes)


def test_seed_writes_for_the_scopes_tenant_only(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        baker.make(Item, order=baker.make(Order), quantity=1, unit_price_cents=1)
    before = contents(globex)

    with tenant_scope(acme):
        services.seed(**SMALL, seed=42)

    assert contents(globex) == before
    assert [len(rows) for rows in contents(acme)[:3]] == [4, 20, 60]


def test_seed_without_scope_is_refused(acme: Tenant) -> None:
    with pytest.raises(TenantNotSet):
        services.seed(**SMALL, seed=42)

    assert contents(acme) == [[], [], [], []]


def test_seed_keeps_totals_equal_to_the_items(in_acme: Tenant) -> None:
    services.seed(**SMALL, seed=42)

    orders = Order.objects.annotate(of_items=Sum(F("items__quantity") * F("items__unit_price_cents")))
    totals = list(orders.order_by("id").values_list("total_cents", "of_items"))
    assert len(totals) == 20
    assert [total for total, _ in totals] == [of_items for _, of_items in totals]


def test_seed_writes_an_event_for_each_move_of_an_order(in_acme: Tenant) -> None:
    services.seed(customers=10, orders_per_customer=10, items_per_order=0, seed=42)

    orders = Order.objects.prefetch_related("events").order_by("id")
    assert {order.status for order in orders} == {"draft", "paid", "shipped", "cancelled"}
    for order in orders:
        moves = [("paid", order.paid_at), ("shipped", order.shipped_at), ("cancelled", order.cancelled_at)]
        events = [(event.kind, event.created_at) for event in order.events.order_by("id")]
        assert events == [(kind, at) for kind, at in moves if at]


def test_seed_sets_the_timestamps_that_the_status_requires(in_acme: Tenant) -> None:
    services.seed(customers=10, orders_per_customer=10, items_per_order=0, seed=42)

    dates = {
        (order.status, bool(order.paid_at), bool(order.shipped_at), bool(order.cancelled_at), bool(order.archived_at))
        for order in Order.objects.all()
    }
    assert dates == {
        ("draft", False, False, False, False),
        ("paid", True, False, False, False),
        ("shipped", True, True, False, False),
        ("cancelled", False, False, True, False),
    }


@pytest.mark.parametrize(
    ("size", "chunks"),
    [
        ({"customers": 10, "orders_per_customer": 5, "items_per_order": 3}, 1),
        ({"customers": 20, "orders_per_customer": 5, "items_per_order": 3}, 1),
        (TWO_CHUNKS, 2),
    ],
)
def test_seed_statement_count_depends_on_chunks(in_acme: Tenant, count: Any, size: dict[str, int], chunks: int) -> None:
    with count() as statements:
        services.seed(**size, seed=42)

    # Once: the highest id of a customer. Per chunk: customers, orders, items, events.
    # At the end: the stale buckets, and their deletion, which renews the totals.
    # On PostgreSQL, from the second chunk on, new plans; after the first and the last the planner's statistics.
    written = 1 + 4 * chunks + (2 if apps.is_installed("apps.reporting") else 0)
    expected = {"sqlite": written, "postgresql": written + (chunks - 1) + min(chunks, 2)}
    assert len(statements) == expected[connection.vendor], statements.sql


def test_seed_holds_one_chunk_in_memory(in_acme: Tenant) -> None:
    chunk = {"orders_per_customer": 25, "items_per_order": ITEMS, "seed": 42}  # two customers
    peaks = []
    services.seed(customers=2, **chunk)  # fills the permanent caches

    for chunks in (1, 4):
        tracemalloc.start()
        services.seed(customers=2 * chunks, **chunk)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    one, four = peaks
    assert four < 1.5 * one


def test_seed_reports_the_customers_of_each_chunk(in_acme: Tenant) -> None:
    reported: list[int] = []

    services.seed(**TWO_CHUNKS, seed=42, progress=reported.append)

    assert reported == [2, 1]
