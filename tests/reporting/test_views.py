from __future__ import annotations

import pytest
from model_bakery import baker

from apps.orders.models import Order

pytestmark = pytest.mark.usefixtures("in_acme")

SUMMARY = "/api/v1/reporting/summary/"


def test_summary_answers_with_limit_and_rows(api, count):
    order = baker.make(Order, status="paid", paid_at="2026-01-01T00:00:00Z", total_cents=700, customer__email="a@b.eu")

    # 1. customers with their orders
    with count() as statements:
        response = api.get(SUMMARY)

    assert len(statements) == 1, statements.sql
    assert (response.status_code, response.json()) == (
        200,
        {
            "limit": 50,
            "rows": [{"customer_id": order.customer_id, "email": "a@b.eu", "order_count": 1, "total_cents": 700}],
        },
    )


def test_summary_days_are_the_tenants_and_inclusive(api):
    # Midnight in Berlin, where Acme is, is 23:00 UTC the day before.
    baker.make(Order, status="paid", paid_at="2026-01-09T22:59:59.999Z", total_cents=1)
    baker.make(Order, status="paid", paid_at="2026-01-09T23:00:00Z", total_cents=10)
    baker.make(Order, status="paid", paid_at="2026-01-10T22:59:59.999Z", total_cents=100)
    baker.make(Order, status="paid", paid_at="2026-01-10T23:00:00Z", total_cents=1000)

    rows = api.get(f"{SUMMARY}?from=2026-01-10&to=2026-01-10").json()["rows"]

    assert [row["total_cents"] for row in rows] == [100, 10, 0, 0]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("limit=-1", "limit"),
        ("limit=abc", "limit"),
        ("limit=", "limit"),
        (f"limit={'9' * 5000}", "limit"),
        ("limt=5", "limt"),
        ("limit=1&limit=2", "limit"),
        ("from=2026-13-01", "from"),
        ("from=%00", "from"),
        ("to=0001-01-01", "to"),
        ("from=2026-02-02&to=2026-02-01", "to"),
    ],
)
def test_summary_names_a_wrong_parameter(api, query, parameter):
    response = api.get(f"{SUMMARY}?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("limit", [1, 10_000])
def test_summary_limit_bounds_are_allowed(api, limit):
    baker.make(Order, _quantity=2)

    body = api.get(f"{SUMMARY}?limit={limit}").json()

    assert (body["limit"], len(body["rows"])) == (limit, min(limit, 2))
