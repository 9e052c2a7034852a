from __future__ import annotations

import pytest
from django.core import signing
from django.db import connection
from model_bakery import baker

from apps.customers.models import Customer
from apps.orders.models import Order

pytestmark = pytest.mark.usefixtures("in_acme")

SAME_TIME = "2026-01-01T00:00:00.123456Z"


def walk(api, address: str, link: str = "next") -> list[list[int]]:
    """The ids of every page from `address` on."""
    pages = []
    while address:
        body = api.get(address).json()
        pages.append([row["id"] for row in body["results"]])
        address = body[link]
        assert len(pages) < 100, "the pages do not end"
    return pages


@pytest.mark.parametrize("ordering", ["id", "-id", "created_at", "-created_at", "total_cents", "-total_cents"])
def test_pages_hold_every_row_once_in_order_though_most_are_tied(api, order_worth, ordering):
    customer = baker.make(Customer)
    for index in range(23):
        order_worth(100 if index % 5 else 200, customer=customer, created_at=SAME_TIME)
    column = ordering.lstrip("-")
    rows = sorted(Order.objects.values_list(column, "id"), key=lambda row: row, reverse=ordering.startswith("-"))

    pages = walk(api, f"/api/v1/orders/?ordering={ordering}&page_size=4")

    assert [pk for page in pages for pk in page] == [pk for _, pk in rows]
    assert [len(page) for page in pages] == [4, 4, 4, 4, 4, 3]


def test_pages_lead_back_the_way_they_came(api):
    baker.make(Order, created_at=SAME_TIME, _quantity=11)
    first = api.get("/api/v1/orders/?page_size=3").json()
    forward = walk(api, "/api/v1/orders/?page_size=3")
    address = first["next"]
    while address:
        last, address = address, api.get(address).json()["next"]

    back = walk(api, last, "previous")

    assert back == forward[::-1]
    assert first["previous"] is None


def test_a_row_that_appears_or_goes_shifts_no_page(api):
    orders = baker.make(Order, created_at=SAME_TIME, _quantity=6)
    first = api.get("/api/v1/orders/?page_size=2&ordering=id").json()

    orders[0].delete()
    baker.make(Order, created_at=SAME_TIME)
    second = api.get(first["next"]).json()

    assert [row["id"] for row in second["results"]] == [orders[2].pk, orders[3].pk]


def test_more_ties_than_djangos_cursor_can_count_end(api):
    customer = baker.make(Customer)
    Order.objects.bulk_create(Order(customer=customer, created_at=SAME_TIME) for _ in range(1_300))

    pages = walk(api, "/api/v1/orders/?page_size=200")

    assert [len(page) for page in pages] == [200] * 6 + [100]
    assert len({pk for page in pages for pk in page}) == 1_300


def test_the_cursor_is_one_comparison_of_row_values(api, count):
    baker.make(Order, _quantity=3)
    address = api.get("/api/v1/orders/?page_size=1").json()["next"]

    # 1. orders with their customers  2. their items
    with count() as statements:
        api.get(address)

    assert len(statements) == 2, statements.sql
    assert '("orders_order"."created_at", "orders_order"."id") < (' in statements.sql[0]
    assert "OFFSET" not in statements.sql[0]


def test_count_is_opt_in_and_costs_one_statement(api, count):
    baker.make(Order, _quantity=3)

    # 1. the count  2. orders with their customers  3. their items
    with count() as statements:
        counted = api.get("/api/v1/orders/?count=true&page_size=1").json()
    plain = api.get("/api/v1/orders/?count=false").json()

    assert len(statements) == 3, statements.sql
    assert counted["count"] == 3
    assert list(plain) == ["next", "previous", "next_cursor", "previous_cursor", "results"]


def test_filters_travel_with_the_links(api):
    kept = baker.make(Order, status="cancelled", _quantity=2)
    baker.make(Order, status="draft")

    pages = walk(api, "/api/v1/orders/?status=cancelled&page_size=1&ordering=id")

    assert pages == [[order.pk] for order in kept]


@pytest.mark.parametrize("size", ["0", "201", "-1", "abc", "1.5", "", "9" * 5000, "%D9%A3"])
def test_page_size_out_of_bounds_is_named(api, size):
    response = api.get(f"/api/v1/orders/?page_size={size}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["page_size"]


def test_a_page_has_20_rows_unless_asked_and_200_at_most(api):
    customer = baker.make(Customer)
    Order.objects.bulk_create(Order(customer=customer) for _ in range(201))

    sizes = [len(api.get(f"/api/v1/orders/{query}").json()["results"]) for query in ("", "?page_size=200")]

    assert sizes == [20, 200]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("ordering=customer", "ordering"),
        ("ordering=-", "ordering"),
        ("ordering=id,created_at", "ordering"),
        ("count=yes", "count"),
        ("page=2", "page"),
        ("limit=5", "limit"),
    ],
)
def test_a_wrong_paging_parameter_is_named(api, query, parameter):
    response = api.get(f"/api/v1/orders/?{query}")

    assert response.status_code == 400, response.content
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_cursor_signed_for_something_else_is_refused(api):
    forged = signing.dumps({"ordering": "-created_at"}, salt="another")

    response = api.get(f"/api/v1/orders/?cursor={forged}")

    assert [error["parameter"] for error in response.json()["errors"]] == ["cursor"]


def test_a_cursor_of_another_ordering_is_refused(api):
    baker.make(Order, _quantity=2)
    address = api.get("/api/v1/orders/?page_size=1").json()["next"]

    response = api.get(f"{address}&ordering=id")

    assert response.json()["errors"] == [
        {"parameter": "cursor", "code": "invalid", "detail": "This cursor belongs to ordering=-created_at."}
    ]


FILTERS = "status=draft&min_total_cents=0"


@pytest.mark.parametrize(
    "other", ["", "status=draft", "status=paid&min_total_cents=0", f"{FILTERS}&archived=all", "status=draft&customer=1"]
)
def test_a_cursor_of_other_filters_is_refused(api, other):
    baker.make(Order, _quantity=2)
    cursor = api.get(f"/api/v1/orders/?{FILTERS}&page_size=1").json()["next"].partition("cursor=")[2]

    response = api.get(f"/api/v1/orders/?{other}&cursor={cursor}".replace("?&", "?"))

    assert response.status_code == 400, response.content
    assert response.json()["errors"] == [
        {
            "parameter": "cursor",
            "code": "invalid",
            "detail": "This cursor belongs to other filters: repeat those of the page that it was taken from.",
        }
    ]


def test_a_cursor_without_filters_is_refused_with_one(api):
    baker.make(Order, _quantity=2)
    address = api.get("/api/v1/orders/?page_size=1").json()["next"]

    response = api.get(f"{address}&status=draft")

    assert [error["parameter"] for error in response.json()["errors"]] == ["cursor"]


def test_a_cursor_serves_another_page_size_and_a_count_and_any_order_of_the_filters(api):
    orders = baker.make(Order, _quantity=4)
    page = api.get(f"/api/v1/orders/?{FILTERS}&ordering=id&page_size=1").json()
    cursor = page["next"].partition("cursor=")[2]

    turned = "min_total_cents=0&ordering=id&count=true&status=draft&page_size=2"
    second = api.get(f"/api/v1/orders/?{turned}&cursor={cursor}").json()

    assert [row["id"] for row in second["results"]] == [orders[1].pk, orders[2].pk]
    assert second["count"] == 4


def test_a_cursor_from_before_filters_were_bound_is_refused(api):
    """A release issued them, and clients may have kept some."""
    state = {"ordering": "-created_at", "backwards": False, "value": SAME_TIME, "id": 1}
    cursor = signing.dumps(state, salt="apps.api.pagination /api/v1/orders/")

    response = api.get(f"/api/v1/orders/?cursor={cursor}")

    assert [error["parameter"] for error in response.json()["errors"]] == ["cursor"]


def test_a_cursor_of_another_list_is_refused(api):
    baker.make(Order, _quantity=2)
    cursor = api.get("/api/v1/orders/?page_size=1").json()["next"].partition("cursor=")[2]

    response = api.get(f"/api/v1/customers/?ordering=-created_at&cursor={cursor}")

    assert [error["parameter"] for error in response.json()["errors"]] == ["cursor"]


def test_a_page_whose_rows_are_gone_leads_back_to_the_first(api):
    first, second = baker.make(Order, _quantity=2)
    address = api.get("/api/v1/orders/?page_size=1&ordering=id").json()["next"]

    second.delete()
    page = api.get(address).json()
    back = api.get(page["previous"]).json()

    assert (page["results"], page["next"]) == ([], None)
    assert [row["id"] for row in back["results"]] == [first.pk]


def test_an_empty_list_has_no_links(api):
    links = dict.fromkeys(["next", "previous", "next_cursor", "previous_cursor"])
    assert api.get("/api/v1/orders/").json() == {**links, "results": []}


def test_a_page_is_read_from_its_index(api):
    """With other ways discouraged the planner takes the index of the ordering, for any page."""
    baker.make(Order, _quantity=3)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        query = Order.objects.order_by("-created_at", "-id").only("id")[:20].query
        sql, params = query.sql_with_params()
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + sql, params)
        plan = str(cursor.fetchall())

    assert "order_by_created" in plan
