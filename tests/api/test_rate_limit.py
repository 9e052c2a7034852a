from __future__ import annotations

import time

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from apps.api.middleware.rate_limit import RateLimit
from apps.customers.models import Customer
from apps.tenancy import keys
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from config import urls as project_urls
from tests.support.concurrency import at_once

CUSTOMERS = "/api/v1/customers/"
FIELDS = ["RateLimit-Policy", "RateLimit", "Retry-After"]


@csrf_exempt
def commit_fails(request):
    def fail():
        raise OperationalError

    transaction.on_commit(fail)
    return JsonResponse({})


urlpatterns = [path("api/v1/commit-fails/", commit_fails), *project_urls.urlpatterns]


class Clock:
    """A fake clock, fixed at the start of a minute until a test advances it.

    Each call yields to the other threads, to provoke races.
    """

    now = 1_800_000_000.0

    def __call__(self) -> float:
        time.sleep(0)
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


def fields(response) -> list[str | None]:
    return [response.get(name) for name in FIELDS]


def test_64_concurrent_clients_never_get_more_than_the_limit(settings):
    settings.REQUESTS_PER_MINUTE = 1000
    step = RateLimit(lambda request: HttpResponse())

    def get_through() -> list[str]:
        request = RequestFactory().get("/api/v1/orders/")
        request.id, request.tenant = "test", Tenant(pk=1)
        responses = [step(request) for _ in range(50)]
        return [response["RateLimit"] for response in responses if response.status_code == 200]

    through = [left for lefts in at_once(64, lambda _: get_through()) for left in lefts]

    assert sorted(through) == sorted(f'"tenant";r={left};t=60' for left in range(1000))


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_never_get_more_than_the_limit(acme, api, settings):
    settings.REQUESTS_PER_MINUTE = 5
    key = keys.issue_key(tenant=acme)

    statuses = at_once(16, lambda _: type(api)(key).get(CUSTOMERS).status_code)

    assert sorted(statuses) == [200] * 5 + [429] * 11


def test_request_over_the_limit_is_429_with_retry_after(api, settings, clock):
    settings.REQUESTS_PER_MINUTE = 1
    api.get(CUSTOMERS)
    clock.now += 18.5

    response = api.get(CUSTOMERS)

    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")
    assert fields(response) == ['"tenant";q=1;w=60', '"tenant";r=0;t=42', "42"]
    assert response.json() == {
        "type": "/docs/problems/too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "More than 1 requests in a minute; try again in 42 seconds.",
        "request_id": response["X-Request-ID"],
    }


def test_request_over_the_limit_does_not_reach_the_database(acme, api, settings):
    settings.REQUESTS_PER_MINUTE = 1
    api.get(CUSTOMERS)
    statements = []

    with connection.execute_wrapper(lambda execute, sql, *rest: statements.append(sql) or execute(sql, *rest)):
        statuses = [api.get(CUSTOMERS).status_code, api.post(CUSTOMERS, {"email": "a@b.eu", "name": "A"}).status_code]

    assert (statuses, statements) == ([429, 429], [])
    with tenant_scope(acme):
        assert Customer.objects.count() == 0


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_every_response_has_the_remaining_requests(api, settings):
    settings.REQUESTS_PER_MINUTE = 6000

    answers = [
        api.get(CUSTOMERS),
        api.head(CUSTOMERS),
        api.post(CUSTOMERS, {"email": "ada@example.com", "name": "Ada"}),
        api.post(CUSTOMERS),
        api.get(f"{CUSTOMERS}0/"),
        api.get(f"{CUSTOMERS}?nothing=1"),
        api.post("/api/v1/commit-fails/"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 201, 400, 404, 400, 503]
    assert [fields(answer)[:2] for answer in answers] == [
        ['"tenant";q=6000;w=60', f'"tenant";r={left};t=60'] for left in range(5999, 5992, -1)
    ]


def test_a_tenants_keys_share_its_limit_and_other_tenants_have_their_own(acme, globex, api, settings):
    settings.REQUESTS_PER_MINUTE = 1
    clients = [api, *(type(api)(keys.issue_key(tenant=tenant)) for tenant in (acme, globex))]

    statuses = [client.get(CUSTOMERS).status_code for client in clients]

    assert statuses == [200, 429, 200]


def test_limit_resets_each_minute(api, settings, clock):
    settings.REQUESTS_PER_MINUTE = 1
    answers = []

    for passed in (0, 59.9, 60, 119.9, 120):
        clock.now = Clock.now + passed
        response = api.get(CUSTOMERS)
        answers.append((passed, response.status_code, response["RateLimit"]))

    assert answers == [
        (0, 200, '"tenant";r=0;t=60'),
        (59.9, 429, '"tenant";r=0;t=1'),
        (60, 200, '"tenant";r=0;t=60'),
        (119.9, 429, '"tenant";r=0;t=1'),
        (120, 200, '"tenant";r=0;t=60'),
    ]


def test_without_a_limit_nothing_is_counted(api, settings):
    settings.REQUESTS_PER_MINUTE = 0

    answers = [api.get(CUSTOMERS) for _ in range(3)]

    assert [(answer.status_code, fields(answer)) for answer in answers] == [(200, [None] * 3)] * 3


def test_unauthenticated_requests_do_not_count(acme, api, settings):
    settings.REQUESTS_PER_MINUTE = 1
    key = keys.issue_key(tenant=acme)
    strangers = [type(api)(wrong) for wrong in ("", "rl_00000000_0", f"{key}0")]

    refused = [stranger.get(CUSTOMERS) for stranger in strangers for _ in range(2)]
    public = [api.get("/api/v1/schema"), api.get("/healthz"), api.get("/api/v1/nowhere/")]

    assert [answer.status_code for answer in refused + public] == [401] * 6 + [200, 200, 404]
    assert [fields(answer) for answer in refused + public] == [[None] * 3] * 9
    assert api.get(CUSTOMERS)["RateLimit"] == '"tenant";r=0;t=60'
