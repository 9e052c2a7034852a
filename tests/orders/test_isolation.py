"""Orders of another tenant: not there, whichever way they are asked for."""

from __future__ import annotations

import pytest
from model_bakery import baker

from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

LINE = {"sku": "TEA", "quantity": 2, "unit_price_cents": 450}
ORDERS = "/api/v1/orders/"


def ids_of_an_order(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant):
        item = baker.make(Item, order__customer__email="canary@example.com", **LINE)
        return {"item": item.pk, "order": item.order_id, "customer": item.order.customer_id}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "orders/{order}/"),
        ("patch", "orders/{order}/"),
        ("delete", "orders/{order}/"),
        *[("post", f"orders/{{order}}/{action}/") for action in ("pay", "ship", "cancel", "archive", "unarchive")],
        ("get", "items/{item}/"),
        ("patch", "items/{item}/"),
        ("delete", "items/{item}/"),
        ("get", "customers/{customer}/orders/"),
    ],
)
def test_another_tenants_object_is_as_if_it_did_not_exist(globex, api, method, path):
    foreign = ids_of_an_order(globex)
    missing = dict.fromkeys(foreign, 2**62)

    answers = [getattr(api, method)(f"/api/v1/{path.format(**ids)}") for ids in (foreign, missing)]

    bodies = [{**answer.json(), "request_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    with tenant_scope(globex):
        assert Order.objects.get(pk=foreign["order"]).status == "draft"
        assert Item.objects.get(pk=foreign["item"]).quantity == LINE["quantity"]


def test_another_tenants_ids_in_a_body_do_not_exist(acme, globex, api):
    foreign = ids_of_an_order(globex)

    order = api.post(ORDERS, {"customer": foreign["customer"], "items": [LINE]})
    item = api.post("/api/v1/items/", {"order": foreign["order"], **LINE})

    assert [answer.json()["errors"][0]["code"] for answer in (order, item)] == ["does_not_exist"] * 2
    with tenant_scope(acme):
        assert (Order.objects.count(), Item.objects.count()) == (0, 0)


def test_another_tenants_rows_are_in_no_list(globex, api):
    foreign = ids_of_an_order(globex)

    lists = [
        api.get(f"/api/v1/{path}").json()["results"]
        for path in (
            "customers/",
            "orders/?archived=all",
            f"orders/?customer={foreign['customer']}",
            "orders/?email=canary",
            f"items/?order={foreign['order']}",
            "items/",
        )
    ]

    assert lists == [[]] * 6
