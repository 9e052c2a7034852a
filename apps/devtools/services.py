"""Sample data: repeatable, and committed in chunks so that other writers get their turn."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Max

from apps.customers.models import EMAIL_UNIQUE, Customer
from apps.database import totals
from apps.database.inserts import insert_rows
from apps.devtools import sample
from apps.errors import Conflict, breaks_unique
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy.isolation import children_first, tenant_owned_models
from apps.tenancy.scope import allow_slow_statements, current_tenant, forget_plans, tenant_scope

CHUNK_ROWS = 5_000  # approximate rows per transaction
PAUSE_SECONDS = 0.05  # between transactions on SQLite, whose waiting writers poll the lock only now and then
ATTEMPTS = 10


class SeedCollision(Conflict):
    """Other customers have taken the e-mail addresses of the sample data."""

    remedy = "Use another `seed`, or reset the tenant first."
    example = "The sample e-mail addresses are taken by other customers."


class TenantNotForTrying(Conflict):
    """Only the tenant DEFAULT_TENANT can be emptied, because another tenant's rows may be real data."""

    remedy = "Delete what you do not need row by row."
    example = "Only the tenant that DEFAULT_TENANT names can be emptied."


@dataclass
class Seeded:
    """Rows written, or deleted again."""

    customers: int = 0
    orders: int = 0
    items: int = 0


def seed(
    *,
    customers: int,
    orders_per_customer: int,
    items_per_order: int,
    seed: int,
    progress: Callable[[int], object] = lambda customers: None,
) -> Seeded:
    """Write sample customers with orders, items and events for the current tenant, and return how many.

    In a tenant without customers the same `seed` writes the same data (except ids). Commits per chunk of customers, so
    the caller must not have a transaction open; `progress` is called with the number of customers of each chunk. Each
    chunk takes one INSERT per table; only one is in memory at a time. Then the reports' totals are brought up to date.
    Raises SeedCollision.
    """
    random = Random(seed)
    done = Seeded()
    size = max(1, CHUNK_ROWS // rows_per_customer(orders_per_customer, items_per_order))
    last = (customers - 1) // size * size  # where the last chunk starts
    first = 0  # number of the next customer; 0: not known yet
    for start in range(0, customers, size):
        count = min(size, customers - start)
        if start and connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
        state = random.getstate()
        for attempt in range(ATTEMPTS):
            random.setstate(state)
            try:
                with tenant_scope(current_tenant()):
                    allow_slow_statements()
                    if start:
                        forget_plans()
                    first = first or _free_number() + attempt * count
                    _write_chunk(random, range(first, first + count), orders_per_customer, items_per_order)
                break
            except IntegrityError as error:
                if not breaks_unique(error, Customer, EMAIL_UNIQUE):
                    raise
                # A concurrent run took the same numbers; continue after its customers.
                first = 0
        else:
            raise SeedCollision("The sample e-mail addresses are taken by other customers.")
        first += count
        done.customers += count
        done.orders += count * orders_per_customer
        done.items += count * orders_per_customer * items_per_order
        progress(count)
        if start == 0 < last:  # for the triggers of the next chunks
            _refresh_statistics()
    totals.settle()
    _refresh_statistics()
    return done


def reset() -> Seeded:
    """Delete all rows of the current tenant except its idempotency keys, and return how many.

    Covers all installed apps; counts customers, orders and items. One DELETE per table; triggers delete the maintained
    totals. Raises TenantNotForTrying unless the tenant is DEFAULT_TENANT.
    """
    if current_tenant().slug != settings.DEFAULT_TENANT:
        raise TenantNotForTrying("Only the tenant that DEFAULT_TENANT names can be emptied.")
    allow_slow_statements()
    # Django's delete() would first read every order and customer to find dependent rows, which are deleted already.
    deleted = {model: model.objects.all()._raw_delete(connection.alias) for model in _business_models()}
    return Seeded(customers=deleted[Customer], orders=deleted[Order], items=deleted[Item])


def _business_models() -> list[Any]:
    owned: list[Any] = tenant_owned_models()
    # Keep idempotency keys: the running request may have one, and a repeated request must get the first one's response.
    return children_first(
        model for model in owned if model._meta.app_label != "idempotency" and not model.kept_by_database
    )


def _refresh_statistics() -> None:
    # Without statistics PostgreSQL reads all of a tenant's items for each order's total, and the reports' joins are
    # quadratic, until autovacuum runs (https://www.postgresql.org/docs/current/populate.html). ANALYZE skips tables
    # that the role may not analyze.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in tenant_owned_models())}")


def rows_per_customer(orders_per_customer: int, items_per_order: int) -> int:
    """Return the number of rows of one sample customer, including itself."""
    return 1 + orders_per_customer * (1 + items_per_order)


def _free_number() -> int:
    # A sample customer's number is never above its id, so numbers above the highest id are free.
    return (Customer.objects.aggregate(last=Max("id"))["last"] or 0) + 1


def _write_chunk(random: Random, numbers: range, orders_per_customer: int, items_per_order: int) -> None:
    people = [sample.customer(random, number) for number in numbers]
    customers = insert_rows(Customer, ("email", "name", "is_active", "created_at", "updated_at"), people)

    orders, lines = [], []
    for customer in customers:
        for _ in range(orders_per_customer):
            lines.append([(*random.choice(sample.CATALOGUE), random.randint(1, 5)) for _ in range(items_per_order)])
            orders.append(sample.order(random, customer))
    order_ids = insert_rows(Order, sample.OrderRow._fields, orders)

    items = [(pk, *line) for pk, lines_of_order in zip(order_ids, lines, strict=True) for line in lines_of_order]
    insert_rows(Item, ("order", "sku", "unit_price_cents", "quantity"), items)

    events = [(pk, *event) for pk, order in zip(order_ids, orders, strict=True) for event in sample.events(order)]
    insert_rows(OrderEvent, ("order", "kind", "created_at"), events)
