from __future__ import annotations

import pytest
from model_bakery import baker

from apps.orders.models import Order


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/api/orders/", "/api/v1/orders/"),
        ("/api/orders/?status=paid&email=ada%40x", "/api/v1/orders/?status=paid&email=ada%40x"),
        ("/api/orders/7/", "/api/v1/orders/7/"),
        ("/api/orders/7/cancel/", "/api/v1/orders/7/cancel/"),
        ("/api/orders/summary/", "/api/v1/reporting/summary/"),
        ("/api/orders/summary/?limit=5", "/api/v1/reporting/summary/?limit=5"),
        ("/api/customers/", "/api/v1/customers/"),
        ("/api/customers/3/", "/api/v1/customers/3/"),
        ("/api/items/3/", "/api/v1/items/3/"),
        ("/api/dev/seed/", "/api/v1/devtools/seed/"),
        ("/api/orders//evil.example.com/", "/api/v1/orders//evil.example.com/"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_old_url_redirects_with_308_and_its_query(client, old, new, method):
    response = getattr(client, method)(old, secure=True)

    assert (response.status_code, response["Location"]) == (308, new)


@pytest.mark.usefixtures("in_acme")
def test_requests_to_old_urls_work_when_redirects_are_followed(api):
    order = baker.make(Order, customer__email="ada@example.com")

    # The test client drops the query string of a 308, so GETs are followed by hand.
    listed = api.get(api.get("/api/orders/?status=draft&email=ada")["Location"])
    cancelled = api.post(f"/api/orders/{order.pk}/cancel/", follow=True)
    seeded = api.post(
        "/api/dev/seed/", {"customers": 2, "orders_per_customer": 1, "items_per_order": 1, "seed": 1}, follow=True
    )
    summary = api.get(api.get("/api/orders/summary/?limit=1")["Location"])

    assert [row["id"] for row in listed.json()["results"]] == [order.pk]
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (seeded.status_code, seeded.json()) == (201, {"customers": 2, "orders": 2, "items": 2})
    assert (summary.json()["limit"], len(summary.json()["rows"])) == (1, 1)
