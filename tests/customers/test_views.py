from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Order
from apps.tenancy.models import Tenant

CUSTOMERS = "/api/v1/customers/"
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


def address(customer: Customer) -> str:
    return f"{CUSTOMERS}{customer.pk}/"


def shown(customer: Customer) -> dict[str, Any]:
    """How the API shows the row."""
    row = Customer.objects.get(pk=customer.pk)
    return {
        "id": row.pk,
        "email": row.email,
        "name": row.name,
        "is_active": row.is_active,
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": row.updated_at.isoformat().replace("+00:00", "Z"),
    }


def assert_conflict(response: Any, kind: str, detail: str) -> None:
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": f"/docs/problems/{kind}",
        "title": kind.replace("-", " ").capitalize(),
        "status": 409,
        "detail": detail,
        "request_id": response["X-Request-ID"],
    }


def test_retrieve_shows_the_customer(in_acme: Tenant, api: Any, count: Any) -> None:
    customer = baker.make(Customer, email="ada@example.com", name="Ada")
    baker.make(Customer)

    with count() as statements:
        response = api.get(address(customer))

    assert response.status_code == 200
    assert response.json() == shown(customer)
    # 1. the customer
    assert len(statements) == 1, statements.sql


def test_create_writes_a_customer(in_acme: Tenant, api: Any) -> None:
    response = api.post(CUSTOMERS, {"email": "Ada@Example.com", "name": "Ada"})

    customer = Customer.objects.get()
    assert response.status_code == 201
    assert response["Content-Type"] == "application/json"
    assert response.json() == shown(customer)
    assert (customer.tenant, customer.email, customer.name) == (in_acme, "ada@example.com", "Ada")
    assert customer.is_active


def test_create_can_make_an_inactive_customer(in_acme: Tenant, api: Any) -> None:
    response = api.post(CUSTOMERS, {"email": "ada@example.com", "name": "Ada", "is_active": False})

    assert response.status_code == 201
    assert response.json() == shown(Customer.objects.get())
    assert response.json()["is_active"] is False


def test_create_ignores_read_only_fields(in_acme: Tenant, globex: Tenant, api: Any) -> None:
    read_only = {"id": 4711, "tenant": globex.pk, "created_at": "2020-01-01T00:00:00Z", "updated_at": "no date"}

    response = api.post(CUSTOMERS, {"email": "ada@example.com", "name": "Ada", **read_only})

    customer = Customer.objects.get()
    assert response.status_code == 201
    assert response.json() == shown(customer)
    assert customer.tenant == in_acme
    assert customer.pk != 4711
    assert customer.created_at > LONG_AGO


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM"])
def test_create_with_a_taken_email_is_409(in_acme: Tenant, api: Any, email: str) -> None:
    customer = baker.make(Customer, email="ada@example.com", name="Ada")
    before = shown(customer)

    response = api.post(CUSTOMERS, {"email": email, "name": "Twin"})

    detail = "A customer with the e-mail 'ada@example.com' exists already."
    assert_conflict(response, "customer-email-taken", detail)
    assert [shown(row) for row in Customer.objects.all()] == [before]


def test_patch_changes_the_given_fields_and_no_other(in_acme: Tenant, api: Any) -> None:
    customer = baker.make(Customer, email="ada@example.com", name="Ada", created_at=LONG_AGO)
    Customer.objects.update(updated_at=LONG_AGO)
    other = baker.make(Customer, name="Tim")
    before, others = shown(customer), shown(other)

    response = api.patch(address(customer), {"name": "Ada Lovelace"})

    after = shown(customer)
    assert response.status_code == 200
    assert response.json() == after
    assert after == {**before, "name": "Ada Lovelace", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert shown(other) == others


def test_patch_stores_the_email_in_lower_case(in_acme: Tenant, api: Any) -> None:
    customer = baker.make(Customer, email="ada@example.com")

    response = api.patch(address(customer), {"email": "ADA@Example.org"})

    assert response.status_code == 200
    assert response.json() == shown(customer)
    assert response.json()["email"] == "ada@example.org"


def test_patch_ignores_read_only_fields(in_acme: Tenant, globex: Tenant, api: Any) -> None:
    customer = baker.make(Customer, name="Ada")
    before = shown(customer)
    read_only = {
        "id": 4711,
        "tenant": globex.pk,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    }

    response = api.patch(address(customer), {"name": "Ada L.", **read_only})

    after = shown(customer)
    assert response.status_code == 200
    assert after == {**before, "name": "Ada L.", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert Customer.objects.get().tenant == in_acme


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM"])
def test_patch_to_a_taken_email_is_409(in_acme: Tenant, api: Any, email: str) -> None:
    baker.make(Customer, email="ada@example.com")
    customer = baker.make(Customer, email="tim@example.com", name="Tim")
    before = shown(customer)

    response = api.patch(address(customer), {"email": email, "name": "Twin"})

    detail = "A customer with the e-mail 'ada@example.com' exists already."
    assert_conflict(response, "customer-email-taken", detail)
    assert shown(customer) == before


def test_patch_to_its_own_email_is_allowed(in_acme: Tenant, api: Any) -> None:
    customer = baker.make(Customer, email="ada@example.com")

    response = api.patch(address(customer), {"email": "ADA@example.com"})

    assert response.status_code == 200
    assert response.json() == shown(customer)


def test_delete_removes_the_customer_and_no_other(in_acme: Tenant, api: Any) -> None:
    customer, kept = baker.make(Customer, _quantity=2)

    response = api.delete(address(customer))

    assert (response.status_code, response.content) == (204, b"")
    assert list(Customer.objects.all()) == [kept]


@pytest.mark.parametrize("status", ["draft", "paid", "cancelled"])
def test_delete_of_a_customer_with_orders_is_409(in_acme: Tenant, api: Any, status: str) -> None:
    customer = baker.make(Customer)
    orders = baker.make(Order, customer=customer, status=status, paid_at=LONG_AGO, archived_at=LONG_AGO, _quantity=2)

    response = api.delete(address(customer))

    detail = "The customer has orders; deactivate it instead (is_active=false)."
    assert_conflict(response, "customer-has-orders", detail)
    assert list(Customer.objects.all()) == [customer]
    assert list(Order.objects.order_by("id").values_list("id", "customer", "status")) == [
        (order.pk, customer.pk, status) for order in orders
    ]


@pytest.mark.parametrize("method", ["put", "post", "options", "trace"])
def test_unsupported_method_on_a_customer_is_405(in_acme: Tenant, api: Any, method: str) -> None:
    customer = baker.make(Customer)
    before = shown(customer)

    response = getattr(api, method)(address(customer))

    assert response.status_code == 405
    assert response["Allow"] == "GET, PATCH, DELETE, HEAD"
    assert response.json() == {
        "type": "/docs/problems/method-not-allowed",
        "title": "Method not allowed",
        "status": 405,
        "detail": f'Method "{method.upper()}" not allowed.',
        "request_id": response["X-Request-ID"],
    }
    assert shown(customer) == before
