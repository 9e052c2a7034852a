"""The history of orders: every change of status and archive flag, and the API key that made it."""

from __future__ import annotations

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders import services
from apps.orders.models import Order, OrderEvent
from apps.tenancy import keys
from apps.tenancy.models import ApiKey
from apps.tenancy.scope import tenant_scope
from tests.conftest import Api

EVENTS = "/api/v1/events/"


@pytest.fixture
def billing(acme) -> Api:
    """Acme's client whose key is named `billing job`."""
    return Api(keys.issue_key(tenant=acme, name="billing job"))


def prefix_of(name: str) -> str:
    return ApiKey.objects.get(name=name).prefix


def test_an_orders_history_names_the_key_of_each_change(acme, billing, api):
    with tenant_scope(acme):
        customer = baker.make(Customer)
    item = {"sku": "MUG-WHITE", "quantity": 1, "unit_price_cents": 790}
    order = billing.post("/api/v1/orders/", {"customer": customer.pk, "items": [item]}).json()["id"]
    path = f"/api/v1/orders/{order}/"

    for client, move in ((billing, "pay"), (api, "archive"), (api, "archive"), (billing, "unarchive")):
        assert client.post(f"{path}{move}/").status_code == 200
    response = api.get(f"{path}events/?ordering=id")

    rows = response.json()["results"]
    assert [(row["kind"], row["key_name"]) for row in rows] == [
        ("paid", "billing job"), ("archived", ""), ("unarchived", "billing job"),
    ]  # fmt: skip
    assert {row["order"] for row in rows} == {order}
    assert rows[0] == {
        "id": rows[0]["id"],
        "order": order,
        "kind": "paid",
        "created_at": api.get(path).json()["paid_at"],
        "key_prefix": prefix_of("billing job"),
        "key_name": "billing job",
    }
    assert rows[1]["key_prefix"] == prefix_of("") != rows[0]["key_prefix"]


def test_a_change_without_a_key_names_none(acme, settings):
    settings.DEFAULT_TENANT = acme.slug
    with tenant_scope(acme):
        order, other = baker.make(Order, _quantity=2)
        services.cancel_order(order_id=other.pk)

    assert Api().post(f"/api/v1/orders/{order.pk}/cancel/").status_code == 200

    rows = Api().get(EVENTS).json()["results"]
    assert [(row["order"], row["key_prefix"], row["key_name"]) for row in rows] == [
        (order.pk, "", ""), (other.pk, "", ""),
    ]  # fmt: skip


def test_the_history_remains_when_the_key_is_deleted(acme, billing, api):
    with tenant_scope(acme):
        order = baker.make(Order)
    billing.post(f"/api/v1/orders/{order.pk}/cancel/")

    ApiKey.objects.filter(name="billing job").delete()

    assert [row["key_name"] for row in api.get(EVENTS).json()["results"]] == ["billing job"]


def test_events_are_filtered_by_kind_order_and_day(in_acme, api):
    in_acme.timezone = "Asia/Tokyo"
    in_acme.save()
    first, second = baker.make(Order, _quantity=2)
    late = {"created_at": "2026-06-01T14:59:00Z"}  # 23:59 in Tokyo
    early = {"created_at": "2026-06-01T15:00:00Z"}  # 00:00 of the next day
    paid = baker.make(OrderEvent, order=first, kind="paid", **late)
    shipped = baker.make(OrderEvent, order=first, kind="shipped", **early)
    archived = baker.make(OrderEvent, order=second, kind="archived", **early)

    def found(query: str, path: str = EVENTS) -> list[int]:
        response = api.get(f"{path}?{query}")
        assert response.status_code == 200, response.content
        return [row["id"] for row in response.json()["results"]]

    assert found("") == [archived.pk, shipped.pk, paid.pk]
    assert found("kind=paid,archived") == [archived.pk, paid.pk]
    assert found(f"order={first.pk}") == [shipped.pk, paid.pk]
    assert found("created_to=2026-06-01") == [paid.pk]
    assert found("created_from=2026-06-02") == [archived.pk, shipped.pk]
    assert found("kind=shipped", f"/api/v1/orders/{first.pk}/events/") == [shipped.pk]
    assert found("ordering=created_at&page_size=1") == [paid.pk]


def test_an_unknown_kind_and_an_unknown_order_are_refused(api):
    unknown = api.get(f"{EVENTS}?kind=payed")
    missing = api.get("/api/v1/orders/1/events/")

    assert [error["detail"] for error in unknown.json()["errors"]] == ["'payed' is unknown. Did you mean 'paid'?"]
    assert (missing.status_code, missing.json()["detail"]) == (404, "No such order.")


@pytest.mark.parametrize("size", [1, 3])
def test_a_list_of_events_costs_the_same_whatever_its_size(in_acme, api, count, size):
    order = baker.make(Order)
    baker.make(OrderEvent, order=order, kind="paid", _quantity=size)

    # 1. the events
    with count() as all_events:
        listed = api.get(EVENTS).json()
    # 1. the order  2. its events
    with count() as of_order:
        history = api.get(f"/api/v1/orders/{order.pk}/events/").json()

    assert (len(all_events), len(of_order)) == (1, 2), all_events.sql + of_order.sql
    assert (len(listed["results"]), len(history["results"])) == (size, size)


def test_events_are_read_only(in_acme, api):
    event = baker.make(OrderEvent, order=baker.make(Order), kind="paid")

    answers = [api.post(EVENTS, {}), api.get(f"{EVENTS}{event.pk}/")]

    assert [answer.status_code for answer in answers] == [405, 404]
