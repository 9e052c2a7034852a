from __future__ import annotations

from datetime import datetime, timezone

import pytest
from model_bakery import baker

from apps.customers import services
from apps.customers.models import Customer
from apps.orders.models import Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.support.concurrency import at_once

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


def test_create_customer_writes_one_row(in_acme: Tenant) -> None:
    customer_id = services.create_customer(email="Ada@example.com", name="Ada", is_active=False)

    rows = list(Customer.objects.values_list("id", "tenant", "email", "name", "is_active"))
    assert rows == [(customer_id, in_acme.pk, "ada@example.com", "Ada", False)]


def test_create_customer_with_a_taken_email_is_refused_without_breaking_the_transaction(in_acme: Tenant) -> None:
    services.create_customer(email="ada@example.com", name="Ada")

    with pytest.raises(services.CustomerEmailTaken, match=r"'ada@example\.com' exists already"):
        services.create_customer(email="ADA@example.com", name="Twin")

    assert list(Customer.objects.values_list("name", flat=True)) == ["Ada"]


def test_update_customer_keeps_concurrent_changes_to_other_fields(in_acme: Tenant) -> None:
    customer = baker.make(Customer, email="ada@example.com", name="Ada", is_active=True)
    Customer.objects.update(name="Ada Lovelace", updated_at=LONG_AGO)

    services.update_customer(customer_id=customer.pk, is_active=False)

    stored = Customer.objects.get()
    assert (stored.name, stored.is_active) == ("Ada Lovelace", False)
    assert stored.updated_at > LONG_AGO


def test_update_customer_with_a_taken_email_is_refused_without_breaking_the_transaction(in_acme: Tenant) -> None:
    baker.make(Customer, email="ada@example.com")
    customer = baker.make(Customer, email="tim@example.com", name="Tim")

    with pytest.raises(services.CustomerEmailTaken):
        services.update_customer(customer_id=customer.pk, email="ADA@example.com", name="Twin")

    assert list(Customer.objects.filter(pk=customer.pk).values_list("email", "name")) == [("tim@example.com", "Tim")]


def test_update_customer_that_was_deleted_is_refused(in_acme: Tenant) -> None:
    customer = baker.make(Customer)
    Customer.objects.all().delete()

    with pytest.raises(Customer.DoesNotExist):
        services.update_customer(customer_id=customer.pk, name="Ada")

    assert Customer.objects.count() == 0


def test_delete_customer_deletes_it_and_nothing_else(in_acme: Tenant) -> None:
    customer, kept = baker.make(Customer, _quantity=2)
    order = baker.make(Order, customer=kept)

    services.delete_customer(customer_id=customer.pk)

    assert list(Customer.objects.all()) == [kept]
    assert list(Order.objects.all()) == [order]


def test_delete_customer_with_orders_is_refused(in_acme: Tenant) -> None:
    customer = baker.make(Customer)
    order = baker.make(Order, customer=customer, status="cancelled", archived_at=LONG_AGO)

    with pytest.raises(services.CustomerHasOrders):
        services.delete_customer(customer_id=customer.pk)

    assert list(Customer.objects.all()) == [customer]
    assert list(Order.objects.all()) == [order]


@pytest.mark.django_db(transaction=True)
def test_concurrent_creates_with_one_email_create_one_customer(acme: Tenant) -> None:
    def create(number: int) -> str:
        try:
            with tenant_scope(acme):
                services.create_customer(email="ada@example.com", name=str(number))
            return "created"
        except services.CustomerEmailTaken:
            return "taken"

    outcomes = sorted(at_once(4, create))

    assert outcomes == ["created", "taken", "taken", "taken"]
    with tenant_scope(acme):
        assert Customer.objects.count() == 1
