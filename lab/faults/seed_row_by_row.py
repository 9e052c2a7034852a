"""Sample data is saved object by object, with one statement per row."""

from __future__ import annotations

from datetime import datetime, timezone
from random import Random

from django.db.models import Max

from apps.customers.models import Customer
from apps.devtools.sample import CATALOGUE, STATUSES
from apps.devtools.services import Seeded
from apps.orders.models import Item, Order, OrderEvent
from apps.tenancy.scope import current_tenant, tenant_scope
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.devtools.services:seed"
EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


def seed(*, customers, orders_per_customer, items_per_order, seed, progress=lambda customers: None):
    """Write sample customers with orders, items and events for the current tenant, and return how many."""
    random = Random(seed)
    done = Seeded()
    with tenant_scope(current_tenant()):
        first = (Customer.objects.aggregate(last=Max("id"))["last"] or 0) + 1
        for number in range(first, first + customers):
            customer = Customer.objects.create(email=f"customer.{number}@example.com", name="Ada", created_at=EPOCH)
            done.customers += 1
            for _ in range(orders_per_customer):
                status = random.choice(STATUSES)
                order = Order.objects.create(customer=customer, status=status, created_at=EPOCH, paid_at=EPOCH)
                done.orders += 1
                if status != "draft":
                    OrderEvent.objects.create(order=order, kind=status)
                for _ in range(items_per_order):
                    sku, price = random.choice(CATALOGUE)
                    Item.objects.create(order=order, sku=sku, quantity=random.randint(1, 5), unit_price_cents=price)
                    done.items += 1
            progress(1)
    return done


def new_customers(count):
    first = (Customer.objects.aggregate(last=Max("id"))["last"] or 0) + 1
    for number in range(first, first + count):
        yield Customer.objects.create(email=f"customer.{number}@example.com", name="Ada", created_at=EPOCH)


def seed_items_in_bulk(*, customers, orders_per_customer, items_per_order, seed, progress=lambda customers: None):
    random = Random(seed)
    done = Seeded()
    with tenant_scope(current_tenant()):
        for customer in new_customers(customers):
            for _ in range(orders_per_customer):
                order = Order.objects.create(customer=customer, created_at=EPOCH)
                Item.objects.bulk_create(
                    Item(order=order, sku=sku, quantity=random.randint(1, 5), unit_price_cents=price)
                    for sku, price in random.choices(CATALOGUE, k=items_per_order)
                )
            progress(1)
    done.customers = customers
    done.orders = customers * orders_per_customer
    done.items = done.orders * items_per_order
    return done


def seed_customer_by_customer(
    *, customers, orders_per_customer, items_per_order, seed, progress=lambda customers: None
):
    random = Random(seed)
    with tenant_scope(current_tenant()):
        for customer in new_customers(customers):
            orders = Order.objects.bulk_create(
                Order(customer=customer, created_at=EPOCH) for _ in range(orders_per_customer)
            )
            Item.objects.bulk_create(
                Item(order=order, sku=sku, quantity=random.randint(1, 5), unit_price_cents=price)
                for order in orders
                for sku, price in random.choices(CATALOGUE, k=items_per_order)
            )
            progress(1)
    orders_written = customers * orders_per_customer
    return Seeded(customers=customers, orders=orders_written, items=orders_written * items_per_order)


def arrange(n: int) -> Call:
    size = {"customers": n, "orders_per_customer": 1, "items_per_order": 1}
    return Call("POST", "/api/v1/devtools/seed/", {**size, "seed": 42})


FAULT = Fault(
    slug="seed-row-by-row",
    title="Sample data is written with a statement per row",
    kind="performance",
    difficulty="easy",
    ticket=(
        "Filling the demo takes minutes, although we asked for only 200 customers with a few orders. On my own machine "
        "it is bearable. With the database in another data centre, I can have lunch in the meantime."
    ),
    hints=(
        "How many rows does it write, and in how many statements?",
        "Each statement pays for one round trip to the database.",
        "Several rows of one table fit into one INSERT.",
    ),
    root_cause="Every object is saved by itself, so 1,000 rows are 1,000 statements and 1,000 round trips.",
    changes=(Seam(PLACE, seed),),
    tests={
        "tests/devtools/test_services.py::test_seed_statement_count_depends_on_chunks": 'INSERT INTO "orders_order"',
    },
    decoys=(
        Decoy(
            "Insert the items of an order in bulk",
            "Most rows are items, so it is several times faster, but there are still one or two statements per order.",
            (Seam(PLACE, seed_items_in_bulk),),
        ),
        Decoy(
            "Insert the orders of each customer in bulk",
            "The number of statements no longer grows with the orders, but it still grows with the customers.",
            (Seam(PLACE, seed_customer_by_customer),),
        ),
    ),
    effect=Effect("statements", on="linear"),
    arrange=arrange,
)
