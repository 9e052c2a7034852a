from __future__ import annotations

import pytest
from model_bakery import baker

from apps.orders.models import Order

pytestmark = pytest.mark.usefixtures("in_acme")

SUMMARY = "/api/v1/reporting/summary/"


def test_summary_returns_limit_and_rows(api, count, order_worth):
    order = order_worth(700, status="paid", customer__email="a@b.eu")

    # 1. totals with their customers
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


def test_summary_range_is_inclusive_in_the_tenants_time_zone(api, order_worth):
    # Midnight in Acme's time zone, Berlin, is 23:00 UTC of the day before.
    order_worth(1, status="paid", paid_at="2026-01-09T22:59:59.999Z")
    order_worth(10, status="paid", paid_at="2026-01-09T23:00:00Z")
    order_worth(100, status="paid", paid_at="2026-01-10T22:59:59.999Z")
    order_worth(1000, status="paid", paid_at="2026-01-10T23:00:00Z")

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
        ("limit=1_0", "limit"),
        ("limit=%2B1", "limit"),
        ("limit=%201", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%D9%A1", "limit"),  # an Arabic digit one
        ("limt=5", "limt"),
        ("limit=1&limit=2", "limit"),
        ("from=2026-13-01", "from"),
        ("from=%00", "from"),
        ("to=0001-01-01", "to"),
        ("from=2026-02-02&to=2026-02-01", "to"),
    ],
)
def test_summary_names_an_invalid_parameter(api, query, parameter):
    response = api.get(f"{SUMMARY}?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("limit", [1, 10_000])
def test_summary_limit_bounds_are_allowed(api, limit):
    baker.make(Order, _quantity=2)

    body = api.get(f"{SUMMARY}?limit={limit}").json()

    assert (body["limit"], len(body["rows"])) == (limit, min(limit, 2))


def test_sales_fill_gaps_with_zero_across_a_clock_change(api, order_worth):
    # In Berlin the 29th of March 2026 has 23 hours: 00:00 is 23:00 UTC, the next midnight 22:00 UTC.
    order_worth(1, status="paid", paid_at="2026-03-28T22:59:59.999Z")
    order_worth(10, status="paid", paid_at="2026-03-28T23:00:00Z")
    order_worth(100, status="paid", paid_at="2026-03-29T21:59:59.999Z")
    order_worth(1000, status="paid", paid_at="2026-03-29T22:00:00Z")

    body = api.get("/api/v1/reporting/sales/?from=2026-03-27&to=2026-03-30").json()

    assert body == {
        "by": "day",
        "from": "2026-03-27",
        "to": "2026-03-30",
        "rows": [
            {"period": "2026-03-27", "order_count": 0, "total_cents": 0},
            {"period": "2026-03-28", "order_count": 1, "total_cents": 1},
            {"period": "2026-03-29", "order_count": 2, "total_cents": 110},
            {"period": "2026-03-30", "order_count": 1, "total_cents": 1000},
        ],
    }


def test_sales_day_of_a_half_hour_zone_begins_at_half_past(api, acme, order_worth):
    acme.timezone = "Asia/Kolkata"
    acme.save()
    order_worth(1, status="paid", paid_at="2026-01-09T18:29:59.999Z")
    order_worth(10, status="paid", paid_at="2026-01-09T18:30:00Z")

    rows = api.get("/api/v1/reporting/sales/?from=2026-01-09&to=2026-01-10").json()["rows"]

    assert [row["total_cents"] for row in rows] == [1, 10]


@pytest.mark.parametrize(
    ("report", "query", "errors"),
    [
        ("sales", "", [("from", "This field is required."), ("to", "This field is required.")]),
        ("sales", "from=2026-01-01&to=2026-01-02&by=weak", [("by", "'weak' is unknown. Known: day, week, month.")]),
        ("sales", "from=2026-01-02&to=2026-01-01", [("to", "Lies before `from`.")]),
        ("sales", "from=2000-01-01&to=2026-01-01", [("to", "More than 1000 periods after `from`.")]),
        ("sales", "from=2026-01-01&to=2026-01-02&limit=5", [("limit", "Unknown. Known: by, from, to.")]),
        ("products", "limit=0", [("limit", "Ensure this value is greater than or equal to 1.")]),
        ("products", "by=day", [("by", "Unknown. Known: limit, from, to.")]),
    ],
)
def test_report_names_an_invalid_parameter(api, report, query, errors):
    response = api.get(f"/api/v1/reporting/{report}/?{query}")

    assert response.status_code == 400
    assert [(error["parameter"], error["detail"]) for error in response.json()["errors"]] == errors


@pytest.mark.parametrize(("by", "to"), [("day", "2028-09-26"), ("week", "2045-02-01"), ("month", "2108-01-01")])
def test_sales_return_at_most_a_thousand_periods(api, by, to):
    rows = api.get(f"/api/v1/reporting/sales/?from=2026-01-01&to={to}&by={by}").json()["rows"]

    assert 950 < len(rows) <= 1000
