from __future__ import annotations

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Item, Order, OrderEvent

pytestmark = pytest.mark.usefixtures("in_acme")

LINE = {"sku": "TEA", "quantity": 2, "unit_price_cents": 450}
ORDERS = "/api/v1/orders/"


def new_order(**fields) -> Order:
    order = baker.make(Order, **fields)
    baker.make(Item, order=order, **LINE)
    return order


@pytest.mark.parametrize("size", [1, 3])
def test_order_list_statements_are_constant(api, count, size):
    for _ in range(size):
        new_order()

    # 1. orders with their customers  2. their items
    with count() as statements:
        response = api.get(ORDERS)

    assert len(response.json()["results"]) == size
    assert len(statements) == 2, statements.sql


@pytest.mark.parametrize("size", [1, 3])
def test_customer_order_list_statements_are_constant(api, count, size):
    customer = baker.make(Customer)
    for _ in range(size):
        new_order(customer=customer)
    new_order()

    # 1. the customer  2. orders with their customers  3. their items
    with count() as statements:
        response = api.get(f"/api/v1/customers/{customer.pk}/orders/")

    assert {row["customer"] for row in response.json()["results"]} == {customer.pk}
    assert len(response.json()["results"]) == size
    assert len(statements) == 3, statements.sql


@pytest.mark.parametrize("size", [1, 3])
def test_item_list_statements_are_constant(api, count, size):
    for _ in range(size):
        new_order()

    # 1. items
    with count() as statements:
        response = api.get("/api/v1/items/")

    assert len(response.json()["results"]) == size
    assert len(statements) == 1, statements.sql


def test_orders_of_a_missing_customer_are_a_404(api):
    response = api.get("/api/v1/customers/1/orders/")

    assert (response.status_code, response.json()["detail"]) == (404, "No such customer.")


def test_create_order_returns_the_whole_order(api, count):
    customer = baker.make(Customer, email="ada@example.com")

    # 1. does the customer exist  2. the order  3. its items  4. the order with its customer  5. its items
    with count() as statements:
        response = api.post(ORDERS, {"customer": customer.pk, "items": [LINE]})

    assert len(statements) == 5, statements.sql
    order = Order.objects.get()
    item = Item.objects.get()
    body = response.json()
    assert response.status_code == 201
    assert body == {
        "id": order.pk,
        "customer": customer.pk,
        "customer_email": "ada@example.com",
        "status": "draft",
        "total_cents": 900,
        "items": [{"id": item.pk, **LINE}],
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "paid_at": None,
        "shipped_at": None,
        "cancelled_at": None,
        "archived_at": None,
    }
    assert api.get(f"{ORDERS}{order.pk}/").json() == body


def test_create_order_names_every_error_and_writes_nothing(api):
    customer = baker.make(Customer)

    response = api.post(
        ORDERS, {"customer": customer.pk, "items": [{**LINE, "quantity": 0, "prise": 1}, {"sku": ""}], "stauts": "paid"}
    )

    assert response.status_code == 400
    assert {(error["pointer"], error["code"]) for error in response.json()["errors"]} == {
        ("#/items/0/quantity", "min_value"),
        ("#/items/0/prise", "unknown"),
        ("#/items/1/sku", "blank"),
        ("#/items/1/quantity", "required"),
        ("#/items/1/unit_price_cents", "required"),
        ("#/stauts", "unknown"),
    }
    assert [error["detail"] for error in response.json()["errors"] if error["pointer"] == "#/stauts"] == [
        "Unknown. Did you mean 'status'?"
    ]
    assert Order.objects.count() == 0


@pytest.mark.parametrize("items", [[], [LINE] * 101, None, "tea", [[]], {"sku": "TEA"}])
def test_create_order_refuses_items_that_are_not_a_list_of_items(api, items):
    customer = baker.make(Customer)

    response = api.post(ORDERS, {"customer": customer.pk, "items": items})

    assert response.status_code == 400
    assert {error["pointer"].split("/")[1] for error in response.json()["errors"]} == {"items"}
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", 0),
        ("quantity", 10_001),
        ("quantity", 10**30),
        ("quantity", "many"),
        ("quantity", 1.5),
        ("unit_price_cents", -1),
        ("unit_price_cents", 10_000_001),
        ("unit_price_cents", None),
        ("sku", ""),
        ("sku", "x" * 65),
        ("sku", "nul\0"),
        ("sku", ["TEA"]),
    ],
)
def test_create_item_refuses_values_out_of_bounds(api, field, value):
    order = baker.make(Order)

    response = api.post("/api/v1/items/", {"order": order.pk, **LINE, field: value})

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [f"#/{field}"]
    assert Item.objects.count() == 0


def test_read_only_fields_are_ignored(api):
    customer = baker.make(Customer)

    response = api.post(
        ORDERS,
        {"customer": customer.pk, "items": [LINE], "id": 77, "tenant": 9, "status": "paid", "total_cents": 1,
         "created_at": "2000-01-01T00:00:00Z", "paid_at": "2000-01-01T00:00:00Z"},
    )  # fmt: skip

    body = response.json()
    assert (body["status"], body["total_cents"], body["paid_at"]) == ("draft", 900, None)
    assert body["id"] != 77
    assert not body["created_at"].startswith("2000")


@pytest.mark.parametrize("status", ["paid", "shipped", "cancelled"])
def test_an_order_past_draft_refuses_every_edit(api, status):
    order = new_order(status=status, paid_at="2026-01-01T00:00:00Z")
    item = order.items.get()
    before = api.get(f"{ORDERS}{order.pk}/").json()

    answers = [
        api.patch(f"{ORDERS}{order.pk}/", {"status": "paid", "total_cents": 1}),
        api.patch(f"{ORDERS}{order.pk}/", {"items": [LINE, LINE]}),
        api.delete(f"{ORDERS}{order.pk}/"),
        api.post("/api/v1/items/", {"order": order.pk, **LINE}),
        api.patch(f"/api/v1/items/{item.pk}/", {"quantity": 5}),
        api.delete(f"/api/v1/items/{item.pk}/"),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (409, "/docs/problems/order-not-draft"), answer.content
        assert answer.json()["order_status"] == status
    assert api.get(f"{ORDERS}{order.pk}/").json() == before


def test_patch_replaces_all_items_and_keeps_the_rest(api):
    order = new_order()

    body = api.patch(f"{ORDERS}{order.pk}/", {"items": [{**LINE, "quantity": 3}]}).json()

    assert (body["customer"], body["total_cents"], len(body["items"])) == (order.customer_id, 1350, 1)
    assert Item.objects.count() == 1


def test_item_is_written_while_its_order_is_a_draft(api):
    order = new_order()

    created = api.post("/api/v1/items/", {"order": order.pk, **LINE})
    path = f"/api/v1/items/{created.json()['id']}/"
    changed = api.patch(path, {"quantity": 3})
    total = api.get(f"{ORDERS}{order.pk}/").json()["total_cents"]
    deleted = api.delete(path)

    assert (created.status_code, changed.status_code, deleted.status_code) == (201, 200, 204)
    assert changed.json() == {**created.json(), "quantity": 3}
    assert total == 900 + 1350
    assert api.get(f"{ORDERS}{order.pk}/").json()["total_cents"] == 900
    assert api.get(path).status_code == 404


def test_item_cannot_move_to_another_order(api):
    order, other = new_order(), new_order()
    item = order.items.get()

    response = api.patch(f"/api/v1/items/{item.pk}/", {"order": other.pk})

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "#/order", "code": "immutable", "detail": "An item stays in its order."}
    ]
    assert Item.objects.get(pk=item.pk).order_id == order.pk


def test_delete_removes_a_draft(api):
    order = new_order()

    response = api.delete(f"{ORDERS}{order.pk}/")

    assert (response.status_code, response.content) == (204, b"")
    assert (Order.objects.count(), Item.objects.count(), Customer.objects.count()) == (0, 0, 1)


def test_moves_return_the_order(api, count):
    order = new_order()

    # 1. the order's status  2. the event  3. the order with its customer  4. its items
    with count() as statements:
        paid = api.post(f"{ORDERS}{order.pk}/pay/")
    shipped = api.post(f"{ORDERS}{order.pk}/ship/")

    assert len(statements) == 4, statements.sql
    assert (paid.status_code, paid.json()["status"], paid.json()["paid_at"]) == (
        200, "paid", paid.json()["updated_at"],
    )  # fmt: skip
    assert (shipped.status_code, shipped.json()) == (200, api.get(f"{ORDERS}{order.pk}/").json())
    assert shipped.json()["status"] == "shipped"


def test_refused_move_is_a_problem_that_names_the_allowed_ones(api):
    order = new_order(status="paid", paid_at="2026-01-01T00:00:00Z")

    response = api.post(f"{ORDERS}{order.pk}/pay/")

    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert response.json() == {
        "type": "/docs/problems/move-not-allowed",
        "title": "Move not allowed",
        "status": 409,
        "detail": "Cannot pay an order that is paid; allowed: ship, cancel.",
        "request_id": response["X-Request-ID"],
        "order_status": "paid",
        "allowed": ["ship", "cancel"],
    }


@pytest.mark.parametrize("action", ["pay", "ship", "cancel", "archive", "unarchive"])
def test_action_refuses_a_body(api, action):
    order = new_order()

    response = api.post(f"{ORDERS}{order.pk}/{action}/", {"status": "paid"})

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/status"]
    assert (Order.objects.get().status, OrderEvent.objects.count()) == ("draft", 0)


def test_archive_hides_an_order_and_unarchive_brings_it_back(api):
    order = new_order()

    archived = api.post(f"{ORDERS}{order.pk}/archive/")
    hidden = api.get(ORDERS).json()["results"]
    again = api.post(f"{ORDERS}{order.pk}/archive/")
    shown = api.post(f"{ORDERS}{order.pk}/unarchive/")

    assert archived.status_code == again.status_code == 200
    assert again.json() == archived.json()
    assert hidden == []
    assert (shown.json()["archived_at"], len(api.get(ORDERS).json()["results"])) == (None, 1)
