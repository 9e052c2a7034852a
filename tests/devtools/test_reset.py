from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.models import QuerySet
from django.test.utils import isolate_apps

from apps.devtools import services
from apps.orders.models import Order
from apps.tenancy import keys
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import tenant_scope
from tests.conftest import one_of_each, rows_of
from tests.support.tables import create_table

SEED, RESET = "/api/v1/devtools/seed/", "/api/v1/devtools/reset/"
SMALL = {"customers": 2, "orders_per_customer": 3, "items_per_order": 4}


@pytest.fixture(autouse=True)
def acme_is_for_trying(acme: Any, settings: Any) -> None:
    settings.DEFAULT_TENANT = acme.slug


def emails(api: Any) -> list[str]:
    return [row["email"] for row in api.get("/api/v1/customers/").json()["results"]]


def test_reset_deletes_every_row_and_returns_the_numbers(acme, api):
    one_of_each(acme)
    api.post(SEED, SMALL)

    response = api.post(RESET)

    assert (response.status_code, response.json()) == (200, {"customers": 3, "orders": 7, "items": 25})
    with tenant_scope(acme):
        remaining = {model.__name__ for model in tenant_owned_models() if model.objects.exists()}
    # Stored responses of idempotency keys are not business rows, so a reset keeps them.
    assert remaining == {"IdempotencyKey"}


def test_reset_of_an_empty_tenant_succeeds(api):
    response = api.post(RESET)

    assert (response.status_code, response.json()) == (200, {"customers": 0, "orders": 0, "items": 0})


def test_reset_leaves_other_tenants_alone(acme, globex, api):
    one_of_each(acme)
    one_of_each(globex)
    before = rows_of(globex)

    response = api.post(RESET)

    assert response.json()["orders"] == 1
    assert rows_of(globex) == before


def test_seeding_after_a_reset_writes_the_same_people(api):
    api.post(SEED, SMALL)
    before = emails(api)
    api.post(RESET)

    api.post(SEED, SMALL)

    assert (len(before), emails(api)) == (2, before)


def test_failed_reset_deletes_nothing(acme, api, monkeypatch):
    one_of_each(acme)
    before = rows_of(acme)
    monkeypatch.setattr(QuerySet, "_raw_delete", but_for_orders(QuerySet._raw_delete))

    response = api.post(RESET)

    assert response.status_code == 500
    assert rows_of(acme) == before


def but_for_orders(delete):
    """Wrap `delete` to fail at the third of the four tables."""

    def deleted(rows, using):
        if rows.model is Order:
            raise RuntimeError("The power went.")
        return delete(rows, using)

    return deleted


@pytest.mark.parametrize("default", ["acme", ""])
def test_reset_is_refused_to_all_but_the_default_tenant(globex, settings, api, default):
    settings.DEFAULT_TENANT = default
    one_of_each(globex)
    before = rows_of(globex)

    response = type(api)(keys.issue_key(tenant=globex)).post(RESET)

    assert response.status_code == 409
    assert response.json()["type"] == "/docs/problems/tenant-not-for-trying"
    assert response.json()["detail"] == "Only the tenant that DEFAULT_TENANT names can be emptied."
    assert rows_of(globex) == before


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("", 401)])
def test_reset_requires_a_write_key(acme, settings, api, scope, status):
    settings.DEFAULT_TENANT = "somebody"
    one_of_each(acme)
    before = rows_of(acme)

    response = type(api)(keys.issue_key(tenant=acme, scope=scope) if scope else "").post(RESET)

    assert response.status_code == status
    assert rows_of(acme) == before


def test_reset_refuses_a_body(acme, api):
    one_of_each(acme)

    response = api.post(RESET, {"tenant": "globex"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/tenant"


@isolate_apps("apps.orders")
@pytest.mark.role("orders_owner")
def test_reset_deletes_rows_of_every_app_before_the_rows_they_refer_to(acme, api, monkeypatch):
    class Parcel(TenantOwned):
        order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")

        class Meta(TenantOwned.Meta):
            app_label = "orders"

    create_table(Parcel)
    monkeypatch.setattr(services, "tenant_owned_models", lambda: [*tenant_owned_models(), Parcel])
    one_of_each(acme)
    with tenant_scope(acme):
        Parcel.objects.create(order=Order.objects.latest("pk"))
        orders = Order.objects.count()
    deleted = []
    delete = QuerySet._raw_delete
    monkeypatch.setattr(
        QuerySet, "_raw_delete", lambda rows, using: deleted.append(rows.model.__name__) or delete(rows, using)
    )

    response = api.post(RESET)

    order = ["Parcel", "OrderEvent", "Item", "Order", "Customer"]
    assert response.json()["orders"] == orders
    assert [name for name in deleted if name in order] == order
    with tenant_scope(acme):
        assert not Parcel.objects.exists()
