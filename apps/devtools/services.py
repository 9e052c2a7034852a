"""Sample data: deterministic, repeatable, and committed in chunks so that nobody waits for all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random

from django.db import IntegrityError, connection
from django.db.models import Max

from apps.customers.models import Customer
from apps.errors import Conflict
from apps.orders.lifecycle import Status
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy.scope import current_tenant, tenant_scope

CHUNK_ROWS = 5_000  # rows per transaction, about
PAUSE_SECONDS = 0.05  # between transactions on SQLite, whose waiting writers look only now and then whether it is free
ATTEMPTS = 10
EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
SPAN_MINUTES = 180 * 24 * 60  # orders are spread over half a year

GIVEN = ("Ada", "Alan", "Barbara", "Dennis", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Ken", "Margaret", "Tim")
FAMILY = ("Allen", "Berners-Lee", "Dijkstra", "Hamilton", "Hopper", "Knuth", "Lamarr", "Liskov", "Lovelace", "Turing")
CATALOGUE = (
    ("TEA-GREEN-100", 450),
    ("TEA-BLACK-100", 390),
    ("TEA-HERBAL-50", 490),
    ("MUG-BLUE", 790),
    ("MUG-WHITE", 790),
    ("POT-STEEL-1L", 2490),
    ("SUGAR-500", 250),
)  # what is sold, and its price in cents
STATUSES = (Status.DRAFT, Status.PAID, Status.PAID, Status.SHIPPED, Status.SHIPPED, Status.SHIPPED, Status.CANCELLED)


class SeedCollision(Conflict):
    """Other customers kept taking the e-mail addresses that the sample data wanted."""


@dataclass
class Seeded:
    """Rows written."""

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

    Into a tenant without customers the same `seed` writes the same data (but ids). Commits per chunk of customers, so
    it must not run inside a transaction of the caller; `progress` is called with the customers of each chunk.
    A chunk is a few bulk inserts (on SQLite as many as its parameters per statement demand). Raises SeedCollision.
    """
    random = Random(seed)
    done = Seeded()
    size = max(1, CHUNK_ROWS // rows_per_customer(orders_per_customer, items_per_order))
    first = 0  # number of the next customer; 0: not known
    for start in range(0, customers, size):
        count = min(size, customers - start)
        if start and connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
        state = random.getstate()
        for attempt in range(ATTEMPTS):
            random.setstate(state)
            try:
                with tenant_scope(current_tenant()):
                    first = first or _free_number() + attempt * count
                    _write_chunk(random, range(first, first + count), orders_per_customer, items_per_order)
                break
            except IntegrityError:
                # A concurrent seeding took the same numbers; count on from its customers.
                first = 0
        else:
            raise SeedCollision("The sample e-mail addresses are taken by other customers.")
        first += count
        done.customers += count
        done.orders += count * orders_per_customer
        done.items += count * orders_per_customer * items_per_order
        progress(count)
    if connection.vendor == "postgresql":
        # After a bulk load the planner's statistics are of an empty table, and joins of the reports quadratic, until
        # autovacuum comes by (https://www.postgresql.org/docs/current/populate.html). A role that may not is ignored.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE customers_customer, orders_order, orders_item, orders_orderevent")
    return done


def rows_per_customer(orders_per_customer: int, items_per_order: int) -> int:
    """Rows that one sample customer comes with, itself included."""
    return 1 + orders_per_customer * (1 + items_per_order)


def _free_number() -> int:
    # A sample customer's number is never above its id, so numbers above the highest id are free.
    return (Customer.objects.aggregate(last=Max("id"))["last"] or 0) + 1


def _write_chunk(random: Random, numbers: range, orders_per_customer: int, items_per_order: int) -> None:
    people = Customer.objects.bulk_create(_customer(random, number) for number in numbers)
    orders, items = [], []
    for person in people:
        for _ in range(orders_per_customer):
            lines = [_item(random) for _ in range(items_per_order)]
            order = _order(random, person)
            orders.append(order)
            for line in lines:
                line.order = order
            items += lines
    Order.objects.bulk_create(orders)
    for item in items:
        item.order_id = item.order.pk
    Item.objects.bulk_create(items)
    OrderEvent.objects.bulk_create(event for order in orders for event in _events(order))


def _customer(random: Random, number: int) -> Customer:
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    email = f"{given}.{family}.{number}@example.com".lower()
    return Customer(email=email, name=f"{given} {family}", created_at=EPOCH, updated_at=EPOCH)


def _item(random: Random) -> Item:
    sku, unit_price_cents = random.choice(CATALOGUE)
    return Item(sku=sku, quantity=random.randint(1, 5), unit_price_cents=unit_price_cents)


def _order(random: Random, customer: Customer) -> Order:
    created = EPOCH + timedelta(minutes=random.randrange(SPAN_MINUTES))
    status = random.choice(STATUSES)
    paid = created + timedelta(hours=1) if status in (Status.PAID, Status.SHIPPED) else None
    shipped = created + timedelta(days=1) if status == Status.SHIPPED else None
    cancelled = created + timedelta(hours=2) if status == Status.CANCELLED else None
    return Order(
        customer=customer,
        status=status,
        created_at=created,
        updated_at=shipped or cancelled or paid or created,
        paid_at=paid,
        shipped_at=shipped,
        cancelled_at=cancelled,
    )


def _events(order: Order) -> Iterator[OrderEvent]:
    for kind, at in (
        (OrderEvent.Kind.PAID, order.paid_at),
        (OrderEvent.Kind.SHIPPED, order.shipped_at),
        (OrderEvent.Kind.CANCELLED, order.cancelled_at),
    ):
        if at:
            yield OrderEvent(order=order, kind=kind, created_at=at)
