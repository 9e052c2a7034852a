from __future__ import annotations

from apps.tenancy.scope import tenant_scope


def test_reports_show_no_other_tenants_orders(globex, api, order_worth):
    with tenant_scope(globex):
        order_worth(700, status="paid", paid_at="2026-01-10T12:00:00Z")

    answers = [
        api.get(f"/api/v1/reporting/{path}").json()["rows"]
        for path in ("summary/", "summary/?from=2026-01-01", "products/", "sales/?from=2026-01-10&to=2026-01-10")
    ]

    assert answers == [[], [], [], [{"period": "2026-01-10", "order_count": 0, "total_cents": 0}]]
