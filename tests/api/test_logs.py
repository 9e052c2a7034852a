from __future__ import annotations

import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from model_bakery import baker

from apps.api.logs import HumanFormatter
from apps.customers.models import Customer
from apps.tenancy import keys
from config import urls as project_urls
from tests.conftest import Api
from tests.support.service import serving


def bug(request, number):
    raise ValueError("a bug\nand more that nobody needs: secret")


def refused_by_the_database(request):
    Customer.objects.create(email=SECRET, name=None)


def caught(request):
    logging.getLogger("apps.somewhere").warning("Something to tell of %s", "it")
    return HttpResponse()


urlpatterns = [
    path("api/v1/bug/<int:number>/", csrf_exempt(bug)),
    path("api/v1/refused/", csrf_exempt(refused_by_the_database)),
    path("api/v1/caught/", csrf_exempt(caught)),
    path("outside/<int:number>/", bug),
    *project_urls.urlpatterns,
]
SECRET = "secret@example.com"
own_urls = pytest.mark.urls(__name__)
pytestmark = pytest.mark.django_db


def only(log):
    """The only line of the log, without its time and duration."""
    (line,) = log.lines
    return {name: value for name, value in line.items() if name not in ("time", "ms")}


def test_request_logs_one_line(api, in_acme, log):
    customer = baker.make(Customer)
    api.get("/api/v1/customers/")  # caches the key
    log.truncate(log.seek(0))

    response = api.get(f"/api/v1/customers/{customer.pk}/")

    assert only(log) == {
        "level": "info",
        "logger": "requests",
        "message": "request",
        "request_id": response["X-Request-ID"],
        "tenant": "acme",
        "method": "GET",
        "route": "/api/v1/customers/<int:pk>/",
        "status": 200,
        "statements": 1,
    }
    assert log.lines[0]["ms"] > 0
    assert log.lines[0]["time"].endswith("+00:00")


@pytest.mark.parametrize(
    ("method", "address", "status", "tenant", "route"),
    [
        ("get", "/api/v1/customers/?nonsense=1", 400, "acme", "/api/v1/customers/"),
        ("get", "/api/v1/customers/1/", 404, "acme", "/api/v1/customers/<int:pk>/"),
        ("get", "/api/v1/nowhere/", 404, None, None),
        ("put", "/api/v1/customers/1/", 405, None, "/api/v1/customers/<int:pk>/"),
        ("get", "/nowhere", 404, None, None),
        ("get", "/healthz", 200, None, "/healthz"),
    ],
)
def test_refused_request_logs_one_line(api, log, method, address, status, tenant, route):
    getattr(api, method)(address)

    line = only(log)
    assert (line["status"], line["tenant"], line["route"], line["level"]) == (status, tenant, route, "info")


def test_log_line_of_an_unauthenticated_request_has_its_route(db, log):
    Api().get("/api/v1/customers/1/")

    assert (only(log)["status"], only(log)["route"]) == (401, "/api/v1/customers/<int:pk>/")


def test_disallowed_host_logs_one_line_with_the_error(api, log):
    api.get("/api/v1/customers/", headers={"Host": "elsewhere.example.com"})

    assert (only(log)["status"], only(log)["error"]) == (400, "DisallowedHost")


def test_log_contains_no_client_input(acme, log):
    key = keys.issue_key(tenant=acme)
    api = Api(key)

    api.post("/api/v1/customers/", {"email": "canary@example.com", "name": "canary"})
    api.post("/api/v1/customers/", {"email": "canary@example.com", "name": "canary"})
    api.get("/api/v1/customers/?email=canary")
    api.get("/api/v1/customers/?canary=1")
    api.get("/api/v1/canary/?canary=1", headers={"Cookie": "canary=1", "User-Agent": "canary", "Referer": "/canary"})

    assert [line["status"] for line in log.lines] == [201, 409, 200, 400, 404]
    assert ("canary" in log.getvalue(), key in log.getvalue()) == (False, False)


@own_urls
@pytest.mark.parametrize("debug", [True, False])
def test_unhandled_exception_logs_a_traceback_and_returns_the_request_id(api, log, settings, debug):
    settings.DEBUG = debug

    response = api.get("/api/v1/bug/1/")

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.json() == {
        "type": "/docs/problems/server-error",
        "title": "Server error",
        "status": 500,
        "detail": "The server failed. Its log has the reason under this request id.",
        "request_id": response["X-Request-ID"],
    }
    line = only(log)
    assert (line["request_id"], line["level"], line["error"]) == (response["X-Request-ID"], "error", "ValueError")
    assert line["route"] == "/api/v1/bug/<int:number>/"
    assert line["traceback"].splitlines()[-1] == "ValueError: a bug"
    assert "in bug\n" in line["traceback"]


@own_urls
def test_exception_outside_the_api_logs_one_line(api, log):
    response = api.get("/outside/1/")

    line = only(log)
    assert (response.status_code, line["request_id"]) == (500, response["X-Request-ID"])
    assert (line["route"], line["traceback"].splitlines()[-1]) == ("/outside/<int:number>/", "ValueError: a bug")


@own_urls
def test_values_of_a_refused_row_are_not_logged(api, log):
    response = api.post("/api/v1/refused/")

    line = only(log)
    assert (response.status_code, line["error"]) == (500, "IntegrityError")
    assert "IntegrityError: " in line["traceback"]
    assert SECRET not in log.getvalue()


@own_urls
def test_log_lines_within_a_request_have_its_id(api, log):
    response = api.get("/api/v1/caught/")

    said, request = log.lines
    assert (said["level"], said["message"]) == ("warning", "Something to tell of it")
    assert said["request_id"] == request["request_id"] == response["X-Request-ID"]


def test_request_line_of_the_development_server_is_dropped(log):
    logging.getLogger("django.server").info('"%s" %s %s', "GET /?secret=1 HTTP/1.1", "200", "5")
    logging.getLogger("django.server").error("You're accessing the development server over HTTPS")

    assert [line["message"] for line in log.lines] == ["You're accessing the development server over HTTPS"]


def test_human_formatter_prints_one_line_and_the_traceback():
    fields = {"tenant": "demo", "method": "GET", "route": "/x/", "status": 500, "ms": 1.2, "statements": 2}
    try:
        bug(None, 1)
    except ValueError:
        record = logging.LogRecord("requests", logging.INFO, "", 0, "request", None, sys.exc_info())
    record.fields = fields

    first, *traceback = HumanFormatter().format(record).splitlines()

    assert first.split("] ")[1].strip() == "GET /x/ 500  1.2 ms, 2 statements  demo"
    assert traceback[-1] == "ValueError: a bug"


def test_production_logs_each_request_once():
    with serving("postgres://orders_app@127.0.0.1:1/orders", "rl_00000000_0") as service:
        service.ask("GET", "/api/v1/customers/?secret=1")
        service.ask("GET", "/readyz")
        text = service.log

    of_the_server = [line for line in text.splitlines() if line.startswith("[INFO] ")]
    ours = [json.loads(line) for line in text.splitlines() if line not in of_the_server]
    last = [(line["route"], line["status"]) for line in ours if line["logger"] == "requests"][-2:]
    assert last == [("/api/v1/customers/", 503), ("/readyz", 503)]
    assert "secret" not in text
