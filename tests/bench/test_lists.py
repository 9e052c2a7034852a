"""The lists that `make bench-full` measures: all that the schema has, with every pair of filters."""

from __future__ import annotations

import copy

import pytest
import yaml
from django.core import signing
from model_bakery import baker

from apps.orders.models import Order
from bench import lists, report
from bench.works import LITE, US
from harness.environment import PRODUCTION
from harness.machine import ROOT

SCHEMA = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())


def parameters(schema):
    return schema["paths"]["/api/v1/orders/"]["get"]["parameters"]


def orders(schema):
    return [filters for path, filters, _ in lists.matrix(schema, lambda query: "1") if path == "/api/v1/orders/"]


def test_every_list_of_the_schema_is_measured():
    paths = {path for path, _, _ in lists.matrix(SCHEMA, lambda query: "1")}

    assert paths == {
        "/api/v1/customers/",
        "/api/v1/customers/1/orders/",
        "/api/v1/events/",
        "/api/v1/items/",
        "/api/v1/orders/",
        "/api/v1/orders/1/events/",
    }


def test_every_pair_of_filters_is_measured():
    names = {each["name"] for each in parameters(SCHEMA)} - lists.PAGING
    pairs = {frozenset((one, other)) for one in names for other in names if one != other}

    assert {frozenset(filters) for filters in orders(SCHEMA)} == {frozenset(), *map(frozenset, zip(names)), *pairs}


def test_new_filter_with_an_enum_is_measured():
    schema = copy.deepcopy(SCHEMA)
    parameters(schema).append({"name": "channel", "in": "query", "schema": {"type": "string", "enum": ["web", "shop"]}})

    added = [filters for filters in orders(schema) if "channel" in filters]

    assert {"channel": "web"} in added
    assert {"channel": "shop", "archived": "true"} in added


def test_new_filter_without_known_values_is_an_error():
    schema = copy.deepcopy(SCHEMA)
    parameters(schema).append({"name": "reference", "in": "query", "schema": {"type": "string"}})

    with pytest.raises(KeyError, match="reference"):
        orders(schema)


@pytest.mark.parametrize(
    ("first", "last", "middle"),
    [
        (10, 20, 15),
        (3, 2, 3),
        ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-02T00:00:00+00:00"),
        ("ada.1@example.com", "ada.9@example.com", "ada.5@example.com"),
        ("ada", "ada", "ada"),
    ],
)
def test_deep_page_begins_between_the_first_row_and_the_last(first, last, middle):
    assert lists.between(first, last) == middle


def test_moved_cursor_leads_half_way_into_the_list(api, settings, in_acme):
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    made = baker.make(Order, _quantity=9)
    path = f"{lists.API}orders/"
    page, reverse_page = (api.get(path, {"ordering": of, "page_size": 1}).json() for of in ("id", "-id"))

    cursor = lists.half_way(page["next_cursor"], path, "id", page["results"][0], reverse_page["results"][0])
    deep = api.get(path, {"ordering": "id", "page_size": 1, "cursor": cursor}).json()

    assert [row["id"] for row in deep["results"]] == [made[5].pk]
    assert signing.loads(cursor, salt=f"config.pagination {path}")["id"] == made[4].pk


@pytest.mark.parametrize(("milliseconds", "met"), [(120.0, "120 ms | yes"), (121.0, "121 ms | **no**")])
def test_slowest_list_is_held_to_its_limit_at_a_million_orders(milliseconds, met):
    found = [{"work": "order list", "size": 1_000_000, "contender": US, "milliseconds": 1, "requests_per_second": 1}]

    goals = report.goals({"results": [*found, measured(1_000_000, US, milliseconds)]})

    assert f"| 1,000,000: lists, the slowest kind, at most 120 ms | {met} |" in goals


def test_lists_on_sqlite_are_compared_with_postgresql():
    found = [{"work": "order list", "size": 100_000, "contender": US, "milliseconds": 1, "requests_per_second": 1}]

    goals = report.goals({"results": [*found, measured(100_000, US, 10), measured(100_000, LITE, 31)]})

    assert "| 100,000: lists on SQLite, the slowest kind, at most 3 x PostgreSQL | 3.10 x | **no** |" in goals


def measured(size, who, slowest):
    own = {lists.Kind("/a", "first"): lists.Found(slowest, (1,)), lists.Kind(f"{lists.ARCHIVED}id", "first"): FAST}
    return lists.summary(own, own, size, who)


FAST = lists.Found(5, (2,))
