"""CORS: pages of CORS_ALLOWED_ORIGINS may call the API with a key; no page of another origin may without one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from apps.customers.models import Customer
from apps.tenancy.scope import tenant_scope
from harness.machine import ROOT

CUSTOMERS = "/api/v1/customers/"
ADA = {"email": "ada@example.com", "name": "Ada"}
APP, EVIL = "https://app.example.com", "https://evil.example.com"
EXPOSED = (
    "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID, Idempotency-Replayed, Link, Deprecation, "
    "Sunset, Server-Timing"
)
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}


class Failing:
    """A middleware that raises an unexpected exception."""

    def __init__(self, get_response: Any) -> None:
        pass

    def __call__(self, request: Any) -> Any:
        raise ValueError("secret of the inside")


@pytest.fixture
def allowed(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [APP]


def cors_fields(response) -> dict[str, str]:
    """Return the response's CORS header fields, by lower-case name."""
    fields = {name.lower(): value for name, value in response.items()}
    return {name: value for name, value in fields.items() if name == "vary" or name.startswith("access-control-")}


def preflight(client, path: str = CUSTOMERS, origin: str = APP, **options: Any):
    return client.options(path, headers={"Origin": origin, **PREFLIGHT}, **options)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("path", [CUSTOMERS, f"{CUSTOMERS}1/", "/api/v1/schema", "/api/v1/nowhere/", "/api/v2/orders/"])
def test_preflight_needs_no_key_and_no_existing_url(client, log, count, path):
    with count() as statements:
        response = preflight(client, path, secure=True)

    assert (response.status_code, response.content, len(statements)) == (200, b"", 0)
    assert cors_fields(response) == {
        "access-control-allow-origin": APP,
        "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
        "access-control-allow-headers": (
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID, Cache-Control"
        ),
        "access-control-expose-headers": EXPOSED,
        "access-control-max-age": "7200",
        "vary": "origin",
    }
    [line] = log.lines
    assert (line["request_id"], line["status"], line["tenant"]) == (response["X-Request-ID"], 200, None)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("origin", [EVIL, "null", "http://app.example.com", f"{APP}:8443", f"{APP}.evil.example.com"])
def test_disallowed_origin_gets_no_cors_fields(api, origin):
    refused = preflight(api, origin=origin)
    read = api.get(CUSTOMERS, headers={"Origin": origin})

    assert (cors_fields(refused), cors_fields(read)) == ({"vary": "origin"}, {"vary": "origin"})


@pytest.mark.usefixtures("allowed")
def test_response_without_an_origin_has_vary_origin(api):
    """Otherwise a cache could serve this response, without CORS fields, to a page of an allowed origin."""
    assert cors_fields(api.get(CUSTOMERS)) == {"vary": "origin"}


@pytest.mark.usefixtures("allowed")
def test_allowed_origin_reads_and_writes_with_a_key(acme, api):
    headers = {"Origin": APP}

    created = api.post(CUSTOMERS, ADA, headers=headers)
    listed = api.get(CUSTOMERS, headers=headers)

    assert (created.status_code, listed.json()["results"]) == (201, [created.json()])
    expected = {"access-control-allow-origin": APP, "access-control-expose-headers": EXPOSED, "vary": "origin"}
    assert (cors_fields(created), cors_fields(listed)) == (expected, expected)


@pytest.mark.django_db
@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("method", "path", "body", "with_key", "status"),
    [
        ("GET", "/api/v1/nowhere/", "", True, 404),
        ("PUT", CUSTOMERS, "", True, 405),
        ("OPTIONS", CUSTOMERS, "", True, 405),  # not a preflight, as it has no Access-Control-Request-Method
        ("POST", f"{CUSTOMERS}?x=1", "", True, 400),
        ("GET", CUSTOMERS, "", False, 401),
        ("POST", CUSTOMERS, "x" * (1024 * 1024 + 1), True, 413),
        ("POST", CUSTOMERS, "[", True, 400),
        ("GET", f"{CUSTOMERS}1/", "", True, 404),
    ],
)
def test_errors_have_cors_fields(api, method, path, body, with_key, status):
    client = api if with_key else type(api)()

    response = client.generic(method, path, body, "application/json", headers={"Origin": APP})

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response["Access-Control-Allow-Origin"] == APP
    assert response["Access-Control-Expose-Headers"] == EXPOSED
    assert response["Vary"] == "origin"


@pytest.mark.usefixtures("allowed")
def test_rate_limit_response_has_cors_fields(api, settings):
    settings.REQUESTS_PER_MINUTE = 1
    headers = {"Origin": APP}

    statuses = [api.get(CUSTOMERS, headers=headers).status_code for _ in range(3)]
    refused = api.get(CUSTOMERS, headers=headers)

    assert (statuses[-1], refused.status_code) == (429, 429)
    assert refused["Access-Control-Allow-Origin"] == APP
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(refused.headers)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("debug", [True, False])
def test_unexpected_exception_keeps_cors_and_security_headers(api, settings, debug):
    settings.DEBUG = debug
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Failing"]

    response = api.get(CUSTOMERS, headers={"Origin": APP})

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response["Access-Control-Allow-Origin"] == APP
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"secret" not in response.content
    assert "Content-Length" not in response or int(response["Content-Length"]) == len(response.content)


@pytest.mark.usefixtures("allowed")
def test_pages_and_probes_have_no_cors_fields(client):
    assert cors_fields(client.get("/healthz", headers={"Origin": APP}, secure=True)) == {}
    assert cors_fields(preflight(client, "/healthz", secure=True)) == {}


@pytest.mark.usefixtures("allowed")
def test_preflight_to_a_disallowed_host_is_refused(client, settings):
    response = client.options(CUSTOMERS, headers={"Origin": APP, "Host": "evil.example.com", **PREFLIGHT}, secure=True)

    assert response.status_code == 400


def test_without_allowed_origins_cors_is_off(api, settings):
    assert settings.CORS_ALLOWED_ORIGINS == []
    refused = preflight(api)
    read = api.get(CUSTOMERS, headers={"Origin": APP})

    assert (refused.status_code, refused["Content-Type"]) == (405, "application/problem+json")
    assert read.status_code == 200
    assert (cors_fields(refused), cors_fields(read)) == ({}, {})


@pytest.mark.parametrize("authorization", [None, ""])
@pytest.mark.parametrize("origin", [APP, EVIL, "null"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.usefixtures("allowed")
def test_other_origin_without_a_key_cannot_act_for_the_default_tenant(
    acme, api, settings, method, origin, authorization
):
    """This holds for allowed origins too, and for an empty `Authorization`, which counts as no key."""
    settings.DEFAULT_TENANT = "acme"
    headers = {"Origin": origin, **({} if authorization is None else {"Authorization": authorization})}
    keyless = type(api)()

    response = getattr(keyless, method)(CUSTOMERS, ADA if method == "post" else None, headers=headers)

    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert response.json()["detail"] == "A request from another origin needs an API key."
    assert response.get("Access-Control-Allow-Origin") == (APP if origin == APP else None)
    with tenant_scope(acme):
        assert Customer.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://testserver"}], ids=["none", "own"])
def test_same_origin_and_no_origin_act_for_the_default_tenant(acme, api, settings, headers):
    settings.DEFAULT_TENANT = "acme"
    keyless = type(api)()

    created = keyless.post(CUSTOMERS, ADA, headers=headers)

    assert created.status_code == 201
    assert keyless.get(CUSTOMERS, headers=headers).json()["results"] == [created.json()]


def test_other_origin_with_a_key_acts_for_its_tenant(acme, globex, api, settings):
    settings.DEFAULT_TENANT = "globex"

    created = api.post(CUSTOMERS, ADA, headers={"Origin": EVIL})

    assert created.status_code == 201
    with tenant_scope(acme):
        assert Customer.objects.count() == 1


@pytest.mark.parametrize("path", ["/api/v1/schema", "/api/v1/docs"])
def test_schema_and_docs_are_served_to_any_origin(client, settings, path):
    settings.DEFAULT_TENANT = "acme"

    assert client.get(path, headers={"Origin": EVIL}, secure=True).status_code == 200


def test_documented_methods_and_headers_are_allowed_and_exposed(settings):
    operations = [
        (method, operation)
        for path in yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["paths"].values()
        for method, operation in path.items()
        if isinstance(operation, dict)
    ]
    parameters = [parameter for _, operation in operations for parameter in operation.get("parameters", [])]
    responses = [response for _, operation in operations for response in operation["responses"].values()]
    sent = {parameter["name"] for parameter in parameters if parameter.get("in") == "header"}
    received = {name for response in responses for name in response.get("headers", {})}

    assert {method.upper() for method, _ in operations} <= set(settings.CORS_ALLOW_METHODS)
    assert {"If-Match"} <= sent <= set(settings.CORS_ALLOW_HEADERS)
    assert {"ETag"} <= received <= set(settings.CORS_EXPOSE_HEADERS)
