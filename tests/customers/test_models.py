from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

UPPER, LOWER = "ADA@Example.COM", "ada@example.com"
EMAIL = Customer._meta.get_field("email")


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def save(customer: Customer) -> None:
    customer.email = UPPER
    customer.save()


def save_with_update_fields(customer: Customer) -> None:
    customer.email = UPPER
    customer.save(update_fields=["email"])


def bulk_update(customer: Customer) -> None:
    customer.email = UPPER
    Customer.objects.bulk_update([customer], ["email"])


WRITES: dict[str, Callable[[Customer], Any]] = {
    "create": lambda customer: Customer.objects.create(email=UPPER),
    "bulk_create": lambda customer: Customer.objects.bulk_create([Customer(email=UPPER)]),
    "get_or_create": lambda customer: Customer.objects.get_or_create(email=UPPER),
    "save": save,
    "save with update_fields": save_with_update_fields,
    "update": lambda customer: Customer.objects.update(email=UPPER),
    "update by value": lambda customer: Customer.objects.update(email=Value(UPPER, output_field=EMAIL)),
    "bulk_update": bulk_update,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_email_is_stored_in_lower_case(in_acme: Tenant, write: Callable[[Customer], Any]) -> None:
    customer = baker.make(Customer, email="old@example.com")

    write(customer)

    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM customers_customer ORDER BY id DESC")
        assert cursor.fetchone() == (LOWER,)


def test_email_in_memory_equals_its_row_after_create(in_acme: Tenant) -> None:
    customer = Customer.objects.create(email=UPPER, name="Ada")

    stored = Customer.objects.get()
    names = [field.attname for field in Customer._meta.concrete_fields]
    assert [getattr(customer, name) for name in names] == [getattr(stored, name) for name in names]
    assert customer.email == LOWER


def test_email_in_memory_equals_its_row_after_bulk_create(in_acme: Tenant) -> None:
    [customer] = Customer.objects.bulk_create([Customer(email=UPPER)])

    assert customer.email == LOWER


@pytest.mark.parametrize(
    "lookup",
    [
        {"email": UPPER},
        {"email__in": [UPPER]},
        {"email__exact": "Ada@example.com"},
        {"email__gte": UPPER, "email__lte": UPPER},
    ],
    ids=["equal", "in", "exact", "range"],
)
def test_email_lookup_ignores_case(in_acme: Tenant, lookup: dict[str, Any]) -> None:
    customer = baker.make(Customer, email=LOWER)
    baker.make(Customer, email="tim@example.com")

    found = list(Customer.objects.filter(**lookup))

    assert found == [customer]


@pytest.mark.parametrize("twin", [LOWER, UPPER])
def test_email_is_unique_in_its_tenant_whatever_the_case(in_acme: Tenant, twin: str) -> None:
    customer = baker.make(Customer, email=LOWER)

    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create(email=twin)

    assert list(Customer.objects.all()) == [customer]


def test_email_is_unique_in_bulk(in_acme: Tenant) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.bulk_create([Customer(email=LOWER), Customer(email=UPPER)])

    assert Customer.objects.count() == 0


def test_email_may_be_the_same_in_two_tenants(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        ours = Customer.objects.create(email=LOWER)

    with tenant_scope(globex):
        theirs = Customer.objects.create(email=UPPER)

    assert (ours.email, theirs.email, ours.pk == theirs.pk) == (LOWER, LOWER, False)


def test_upper_case_email_is_refused_in_sql(in_acme: Tenant) -> None:
    customer = baker.make(Customer, email="old@example.com")

    with pytest.raises(IntegrityError, match="customer_email_lower_case"), transaction.atomic():
        run("UPDATE customers_customer SET email = %s WHERE id = %s", UPPER, customer.pk)

    customer.refresh_from_db()
    assert customer.email == "old@example.com"


def test_duplicate_email_is_refused_in_sql(in_acme: Tenant) -> None:
    baker.make(Customer, email=LOWER)
    twin = baker.make(Customer, email="old@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE customers_customer SET email = %s WHERE id = %s", LOWER, twin.pk)

    twin.refresh_from_db()
    assert twin.email == "old@example.com"


def test_customer_is_named_by_its_email() -> None:
    assert str(Customer(email=LOWER)) == LOWER
