"""API keys in HTTP requests. One endpoint stands for all, since one middleware authenticates them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.scope import tenant_scope

CUSTOMERS = "/api/v1/customers/"
NEW = {"email": "ada@example.com", "name": "Ada"}


def customers_of(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(Customer.objects.values_list("email", flat=True))


def assert_refused(response: Any, detail: str) -> None:
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json() == {
        "type": "/docs/problems/unauthorized",
        "title": "Unauthorized",
        "status": 401,
        "detail": detail,
        "request_id": response["X-Request-ID"],
    }


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_request_without_key_is_401_and_changes_nothing(acme: Tenant, api: Any, method: str) -> None:
    with tenant_scope(acme):
        customer = baker.make(Customer, email="old@example.com")
    stranger = type(api)()

    response = getattr(stranger, method)(f"{CUSTOMERS}{customer.pk}/" if method in ("patch", "delete") else CUSTOMERS)

    assert_refused(response, "Send an API key: 'Authorization: Bearer rl_…'.")
    assert customers_of(acme) == ["old@example.com"]


def test_request_with_an_unknown_key_is_401(acme: Tenant, api: Any) -> None:
    with tenant_scope(acme):
        baker.make(Customer)

    response = type(api)("rl_00000000_0").get(CUSTOMERS)

    assert_refused(response, "The API key is unknown, revoked or expired.")


def test_request_with_a_revoked_an_expired_or_an_idle_tenants_key_is_401_alike(
    acme: Tenant, globex: Tenant, api: Any
) -> None:
    revoked = keys.issue_key(tenant=acme)
    keys.revoke_key(prefix=revoked.split("_")[1])
    expired = keys.issue_key(tenant=acme, expires_at=timezone.now() - timedelta(seconds=1))
    idle = keys.issue_key(tenant=globex)
    Tenant.objects.filter(pk=globex.pk).update(is_active=False)

    responses = [type(api)(key).get(CUSTOMERS) for key in (revoked, expired, idle)]

    for response in responses:
        assert_refused(response, "The API key is unknown, revoked or expired.")


def test_request_reads_the_rows_of_its_keys_tenant_only(acme: Tenant, globex: Tenant, api: Any) -> None:
    for tenant, email in ((acme, "ada@example.com"), (globex, "grace@example.com")):
        with tenant_scope(tenant):
            baker.make(Customer, email=email)

    ours = api.get(CUSTOMERS).json()["results"]
    theirs = type(api)(keys.issue_key(tenant=globex)).get(CUSTOMERS).json()["results"]

    assert [row["email"] for row in ours] == ["ada@example.com"]
    assert [row["email"] for row in theirs] == ["grace@example.com"]


def test_request_writes_for_its_keys_tenant_only(acme: Tenant, globex: Tenant, api: Any) -> None:
    response = type(api)(keys.issue_key(tenant=globex)).post(CUSTOMERS, NEW)

    assert response.status_code == 201
    assert (customers_of(acme), customers_of(globex)) == ([], ["ada@example.com"])


def test_request_leaves_no_tenant_behind(acme: Tenant, api: Any) -> None:
    api.post(CUSTOMERS, NEW)

    response = type(api)().get(CUSTOMERS)

    assert_refused(response, "Send an API key: 'Authorization: Bearer rl_…'.")


def test_read_key_reads(acme: Tenant, api: Any) -> None:
    with tenant_scope(acme):
        baker.make(Customer, email="ada@example.com")
    reader = type(api)(keys.issue_key(tenant=acme, scope=ApiKey.Scope.READ))

    response = reader.get(CUSTOMERS)

    assert response.status_code == 200
    assert [row["email"] for row in response.json()["results"]] == ["ada@example.com"]


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_read_key_cannot_write(acme: Tenant, api: Any, method: str) -> None:
    with tenant_scope(acme):
        customer = baker.make(Customer, email="old@example.com")
    reader = type(api)(keys.issue_key(tenant=acme, scope=ApiKey.Scope.READ))
    address = CUSTOMERS if method == "post" else f"{CUSTOMERS}{customer.pk}/"

    response = getattr(reader, method)(address, NEW)

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/docs/problems/read-only-key",
        "title": "Read only key",
        "status": 403,
        "detail": "The API key may read only.",
        "request_id": response["X-Request-ID"],
    }
    assert customers_of(acme) == ["old@example.com"]


def test_default_tenant_serves_a_request_without_key(acme: Tenant, globex: Tenant, api: Any, settings: Any) -> None:
    settings.DEFAULT_TENANT = "globex"

    response = type(api)().post(CUSTOMERS, NEW)

    assert response.status_code == 201
    assert (customers_of(acme), customers_of(globex)) == ([], ["ada@example.com"])


def test_default_tenant_does_not_serve_a_bad_key(globex: Tenant, api: Any, settings: Any) -> None:
    settings.DEFAULT_TENANT = "globex"

    response = type(api)("rl_00000000_0").post(CUSTOMERS, NEW)

    assert_refused(response, "The API key is unknown, revoked or expired.")
    assert customers_of(globex) == []


def test_default_tenant_that_does_not_exist_is_401(db: None, api: Any, settings: Any) -> None:
    settings.DEFAULT_TENANT = "nobody"

    response = type(api)().get(CUSTOMERS)

    assert_refused(response, "The default tenant 'nobody' does not exist or is not active.")
