"""Reports are answered again without reading the database, for each tenant, query and time zone by itself."""

from __future__ import annotations

import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from apps import shared
from apps.api.middleware import report_cache
from apps.api.middleware.report_cache import ReportCache
from apps.reporting.views import SummaryView
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.support.concurrency import at_once

SUMMARY = "/api/v1/reporting/summary/"
SALES = "/api/v1/reporting/sales/?from=2026-01-01&to=2026-01-02"


@pytest.fixture(autouse=True)
def cached_for_a_minute(settings):
    settings.REPORT_CACHE_SECONDS = 60


def cents(response) -> list[int]:
    return [row["total_cents"] for row in response.json()["rows"]]


@pytest.fixture
def sold(acme, order_worth):
    """A function that sells another order of 100 cents in acme."""

    def sell() -> None:
        with tenant_scope(acme):
            order_worth(100, status="paid")

    sell()
    return sell


@pytest.mark.parametrize("address", [SUMMARY, SALES, "/api/v1/reporting/products/"])
def test_report_is_answered_again_with_its_age(api, sold, address):
    first, again = api.get(address), api.get(address)

    assert (first.content, first.get("Age")) == (again.content, None)
    assert again["Age"] in ("0", "1", "2")
    own = {"Age", "X-Request-ID", "RateLimit"}
    assert {name: first[name] for name in first.headers if name not in own} == {
        name: again[name] for name in again.headers if name not in own
    }
    assert first["Cache-Control"] == "private, max-age=60"


def test_cached_report_reads_nothing(api, sold, django_assert_num_queries):
    api.get(SUMMARY)

    with django_assert_num_queries(0):
        assert api.get(SUMMARY)["Age"]


def test_report_is_computed_again_when_its_time_is_over(api, sold, settings):
    settings.REPORT_CACHE_SECONDS = 1
    assert cents(api.get(SUMMARY)) == [100]
    sold()
    assert cents(api.get(SUMMARY)) == [100]

    time.sleep(1.1)

    assert cents(api.get(SUMMARY)) == [100, 100]


def test_no_cache_computes_the_report_anew_for_all(api, sold):
    api.get(SUMMARY)
    sold()

    new = api.get(SUMMARY, headers={"Cache-Control": "No-Cache"})

    assert (cents(new), new.get("Age")) == ([100, 100], None)
    assert cents(api.get(SUMMARY)) == [100, 100]


def test_nothing_is_cached_unless_asked_for(api, sold, settings):
    settings.REPORT_CACHE_SECONDS = 0
    api.get(SUMMARY)
    sold()

    response = api.get(SUMMARY)

    assert (cents(response), response.get("Age"), response.get("Cache-Control")) == ([100, 100], None, None)


def test_tenants_never_share_a_report(api, sold, globex):
    other = type(api)(keys.issue_key(tenant=globex))
    assert cents(api.get(SUMMARY)) == [100]

    assert cents(other.get(SUMMARY)) == []
    assert (cents(api.get(SUMMARY)), cents(other.get(SUMMARY))) == ([100], [])


def test_report_in_another_time_zone_is_another_report(acme, api, sold):
    api.get(SALES)
    Tenant.objects.update(timezone="America/New_York")
    keys.cache.clear()

    assert api.get(SALES).get("Age") is None


@pytest.mark.parametrize("query", ["?limit=0", "?sttus=1", "?limit=1&limit=2"])
def test_refusals_are_not_cached(api, sold, query):
    first, again = api.get(SUMMARY + query), api.get(SUMMARY + query)

    assert (first.status_code, again.status_code) == (400, 400)
    assert first.json()["request_id"] != again.json()["request_id"]
    assert again.get("Age") is again.get("Cache-Control") is None


def test_request_with_preconditions_is_evaluated(api, sold):
    api.get(SUMMARY)

    assert api.get(SUMMARY, headers={"If-Match": '"other"'}).status_code == 412


def test_type_that_the_client_does_not_accept_is_refused(api, sold):
    api.get(SUMMARY)

    assert api.get(SUMMARY, headers={"Accept": "text/html"}).status_code == 406


def test_order_of_parameters_does_not_matter(api, sold):
    api.get(f"{SUMMARY}?limit=5&from=2026-01-01")

    assert api.get(f"{SUMMARY}?from=2026-01-01&limit=5")["Age"]


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"1\n{}", b"\xff", b'{"identity": "other", "at": 9e9}\n{}'])
def test_what_is_not_a_kept_report_is_ignored(api, sold, monkeypatch, value):
    monkeypatch.setattr(report_cache.shared, "get", lambda name, **own: value if own else None)

    response = api.get(SUMMARY)

    assert (response.status_code, cents(response), response.get("Age")) == (200, [100], None)


@pytest.mark.parametrize("address", ["/healthz", "/docs/", "/api/v1/schema"])
def test_page_without_a_tenant_is_served(client, address):
    assert client.get(address, secure=True).status_code == 200


def test_list_is_not_cached(api, sold):
    api.get("/api/v1/orders/")

    assert api.get("/api/v1/orders/").get("Age") is None


class Computed:
    """A view that counts its calls and takes a moment."""

    def __init__(self, status: int = 200, size: int = 2) -> None:
        self.calls, self.status, self.size = 0, status, size

    def __call__(self, request):
        self.calls += 1
        time.sleep(0.05)
        return HttpResponse(b"{" + b" " * (self.size - 2) + b"}", status=self.status, content_type="application/json")


def ask(step: ReportCache, query: str = "", **headers: str):
    request = RequestFactory().get(SUMMARY + query, headers=headers)
    request.tenant = Tenant(pk=1, timezone="UTC")
    request.resolver_match = type("Match", (), {"func": SummaryView.as_view()})
    return step(request)


def test_64_requests_at_once_cost_one_computation():
    view = Computed()
    step = ReportCache(view)

    responses = at_once(64, lambda _: ask(step))

    assert view.calls == 1
    assert {response.content for response in responses} == {b"{}"}
    assert sum("Age" not in response for response in responses) == 1


def test_requests_for_a_new_report_share_those_computed_after_they_came():
    view = Computed()
    step = ReportCache(view)
    ask(step)

    at_once(16, lambda _: ask(step, **{"Cache-Control": "no-cache"}))

    assert 2 <= view.calls <= 4


@pytest.mark.parametrize("kind", [{"status": 503}, {"size": report_cache.LARGEST + 1}])
def test_failure_and_a_large_report_are_computed_each_time(kind):
    view = Computed(**kind)
    step = ReportCache(view)

    responses = [ask(step) for _ in range(3)]

    assert view.calls == 3
    assert all("Age" not in response for response in responses)


def test_process_without_redis_keeps_few_reports_and_loses_nothing_else_for_them():
    """A tenant can ask for any number of reports of a MiB each, and LocMemCache keeps expired ones too."""
    step = ReportCache(lambda request: HttpResponse(b"{}"))
    shared.put("revoked", b"1", 60)
    for number in range(200):
        ask(step, f"?limit={number}")

    kept = sum("Age" in ask(step, f"?limit={number}") for number in reversed(range(200)))

    assert 20 < kept <= 64
    assert shared.get("revoked") == b"1"
