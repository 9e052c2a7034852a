"""Sample customers whose e-mail address is already taken: a chunk is written as a whole or not at all."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from model_bakery import baker

from apps.customers.models import Customer
from apps.devtools import sample, services
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

SEED = 42


def sample_name(index: int, other_tenant: Tenant, **size: int) -> str:
    """Return `given.family` of the sample's customer at `index`, by seeding another tenant."""
    with tenant_scope(other_tenant):
        services.seed(**size, seed=SEED)
        emails = list(Customer.objects.order_by("id").values_list("email", flat=True))
    return emails[index].rpartition("@")[0].rpartition(".")[0]


def take_addresses(tenant: Tenant, name: str, *, beyond_last: int, step: int, times: int) -> None:
    """Write customers of `tenant` with the addresses `name.<number>`, numbered from the highest customer id on."""
    with tenant_scope(tenant):
        people = baker.make(Customer, name="A user's own", _quantity=times)
        last = max(person.pk for person in people)
        for turn, person in enumerate(people):
            person.email = f"{name}.{last + beyond_last + turn * step}@example.com"
            person.save()


def counts(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        own = Customer.objects.filter(name="A user's own").count()
        return [own, Customer.objects.count() - own, Order.objects.count(), Item.objects.count()]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_seed_skips_a_taken_address(acme: Tenant, globex: Tenant, index: int) -> None:
    size = {"customers": 3, "orders_per_customer": 2, "items_per_order": 2}
    name = sample_name(index, globex, **size)
    take_addresses(acme, name, beyond_last=1 + index, step=1, times=1)

    with tenant_scope(acme):
        seeded = services.seed(**size, seed=SEED)

    assert seeded == services.Seeded(customers=3, orders=6, items=12)
    assert counts(acme) == [1, 3, 6, 12]


def test_seed_after_a_retry_writes_the_same_data_with_other_numbers(acme: Tenant, globex: Tenant) -> None:
    size = {"customers": 3, "orders_per_customer": 2, "items_per_order": 2}
    name = sample_name(1, globex, **size)
    take_addresses(acme, name, beyond_last=2, step=1, times=1)

    with tenant_scope(acme):
        services.seed(**size, seed=SEED)

    written = []
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            sample = Customer.objects.exclude(name="A user's own").order_by("id")
            items = Item.objects.order_by("id").values_list("sku", "quantity", "unit_price_cents")
            written.append([list(sample.values_list("name", flat=True)), list(items)])
    assert written[0] == written[1]


def test_seed_without_a_free_address_writes_nothing(acme: Tenant, globex: Tenant) -> None:
    size = {"customers": 3, "orders_per_customer": 2, "items_per_order": 2}
    name = sample_name(2, globex, **size)
    take_addresses(acme, name, beyond_last=3, step=3, times=services.ATTEMPTS)

    with tenant_scope(acme), pytest.raises(services.SeedCollision):
        services.seed(**size, seed=SEED)

    assert counts(acme) == [services.ATTEMPTS, 0, 0, 0]


def test_seed_without_a_free_address_keeps_earlier_chunks(acme: Tenant, globex: Tenant) -> None:
    # Two customers fill a chunk: the third one is alone in the second chunk.
    items = services.CHUNK_ROWS // 50 - 2
    size = {"customers": 3, "orders_per_customer": 25, "items_per_order": items}
    name = sample_name(2, globex, **size)
    take_addresses(acme, name, beyond_last=3, step=1, times=services.ATTEMPTS)
    reported: list[int] = []

    with tenant_scope(acme), pytest.raises(services.SeedCollision):
        services.seed(**size, seed=SEED, progress=reported.append)

    assert counts(acme) == [services.ATTEMPTS, 2, 50, 50 * items]
    assert reported == [2]
    with tenant_scope(acme):
        dated = [
            bool(at) for order in Order.objects.all() for at in (order.paid_at, order.shipped_at, order.cancelled_at)
        ]
        assert OrderEvent.objects.count() == sum(dated)


def test_seed_raises_the_error_of_another_constraint(in_acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "FAMILY", ("Love\x07lace",))

    with pytest.raises(IntegrityError, match=r"customer_(email_ascii|name_plain)"):
        services.seed(customers=1, orders_per_customer=0, items_per_order=0, seed=SEED)
