"""Values of the wrong JSON type, which Python or Django REST framework would convert, are refused."""

from __future__ import annotations

import pytest

LINE = {"sku": "TEA", "quantity": 1, "unit_price_cents": 450}
NUMBERS = {
    "underscore": "1_0",
    "Arabic digits": "١٢",
    "sign": "+1",
    "spaces": " 1 ",
    "text": "1",
    "fraction": 1.0,
    "true": True,
}
FLAGS = ["y", "true", "True", "on", "1", 1, 0, 1.0]
TEXTS = [123, 1.5, True, False]


@pytest.fixture(scope="module")
def rows(service):
    """The URLs of a customer and of one of its orders."""
    customer = service.ask("POST", "/api/v1/customers/", {"email": "ada@example.com", "name": "Ada"}).body["id"]
    order = service.ask("POST", "/api/v1/orders/", {"customer": customer, "items": [LINE]}).body["id"]
    return {"customer": f"/api/v1/customers/{customer}/", "order": f"/api/v1/orders/{order}/", "id": order}


def read(service, rows):
    return [service.ask("GET", rows[name]).body for name in ("customer", "order")]


def refused(service, method, address, body):
    """Return the pointers of the errors, after asserting that the response is a 400."""
    answer = service.ask(method, address, body)
    assert (answer.status, answer.body["type"]) == (400, "/docs/problems/invalid-request"), answer
    return [(error["pointer"], error["code"]) for error in answer.body["errors"]]


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_number_in_a_body_is_a_json_integer(service, rows, number):
    before = read(service, rows)

    new_item = refused(service, "POST", "/api/v1/items/", {**LINE, "order": rows["id"], "quantity": number})
    new_price = refused(service, "PATCH", rows["order"], {"items": [LINE, {**LINE, "unit_price_cents": number}]})

    assert (new_item, new_price) == ([("#/quantity", "invalid")], [("#/items/1/unit_price_cents", "invalid")])
    assert read(service, rows) == before


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_id_in_a_body_is_a_json_integer(service, rows, number):
    new_order = refused(service, "POST", "/api/v1/orders/", {"customer": number, "items": [LINE]})
    new_item = refused(service, "POST", "/api/v1/items/", {**LINE, "order": number})

    assert (new_order, new_item) == ([("#/customer", "invalid")], [("#/order", "invalid")])


@pytest.mark.parametrize("flag", FLAGS, ids=repr)
def test_flag_in_a_body_is_a_json_boolean(service, rows, flag):
    before = read(service, rows)

    assert refused(service, "PATCH", rows["customer"], {"is_active": flag}) == [("#/is_active", "invalid")]
    assert read(service, rows) == before


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_text_in_a_body_is_a_json_string(service, rows, text):
    before = read(service, rows)

    name = refused(service, "PATCH", rows["customer"], {"name": text})
    sku = refused(service, "PATCH", rows["order"], {"items": [{**LINE, "sku": text}]})

    assert (name, sku) == ([("#/name", "invalid")], [("#/items/0/sku", "invalid")])
    assert read(service, rows) == before


@pytest.mark.parametrize("limit", ["1_0", "%D9%A1", "%2B1", "%201%20", "1.0", "-1", "0x1"])
@pytest.mark.parametrize("report", ["summary", "products"])
def test_number_in_a_query_is_ascii_digits(service, report, limit):
    answer = service.ask("GET", f"/api/v1/reporting/{report}/?limit={limit}")

    assert (answer.status, [error["parameter"] for error in answer.body["errors"]]) == (400, ["limit"])
