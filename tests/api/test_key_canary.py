"""Send API keys in valid and invalid ways, then search logs, responses, error pages and profiler tables for them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant
from config import urls as project_urls
from tests.conftest import rows_of
from tests.support.plugged import run_plugged

CUSTOMERS = "/api/v1/customers/"
ADA = {"email": "ada@example.com", "name": "Ada"}


@csrf_exempt
def bug(request: Any) -> None:
    raise ValueError("a bug")


urlpatterns = [path("api/v1/bug/", bug), path("bug", bug), *project_urls.urlpatterns]
pytestmark = pytest.mark.urls(__name__)


def revoked(key: str) -> str:
    keys.revoke_key(prefix=key.split("_")[1])
    return key


def read_only(key: str) -> str:
    ApiKey.objects.filter(prefix=key.split("_")[1]).update(scope=ApiKey.Scope.READ)
    return key


# name: (status of the response, lambda that sends the request). `api` makes a client with a key.
Send = Callable[[Any, str], Any]
REQUESTS: dict[str, tuple[int, Send]] = {
    "good": (200, lambda api, key: api(key).get(CUSTOMERS)),
    "wrong secret": (401, lambda api, key: api(f"{key}0").get(CUSTOMERS)),
    "revoked": (401, lambda api, key: api(revoked(key)).get(CUSTOMERS)),
    "no scheme": (401, lambda api, key: api().get(CUSTOMERS, headers={"Authorization": key})),
    "read only": (403, lambda api, key: api(read_only(key)).post(CUSTOMERS, {})),
    "missing": (404, lambda api, key: api(key).get(f"{CUSTOMERS}1/")),
    "nowhere": (404, lambda api, key: api(key).get("/api/v1/nowhere/")),
    "invalid": (400, lambda api, key: api(key).post(CUSTOMERS, {"email": "?"})),
    "bug": (500, lambda api, key: api(key).post("/api/v1/bug/", {})),
    # Keys in places that are not meant for them.
    "in a header": (401, lambda api, key: api().get(CUSTOMERS, headers={"X-Api-Key": key, "X-Request-ID": key})),
    "in a parameter": (400, lambda api, key: api(key).get(f"{CUSTOMERS}?key={key}")),
    "as a parameter's name": (400, lambda api, key: api(key).get(f"{CUSTOMERS}?{key}=1")),
    "as a value of a filter": (400, lambda api, key: api(key).get(f"{CUSTOMERS}?is_active={key}")),
    "as an ordering": (400, lambda api, key: api(key).get(f"{CUSTOMERS}?ordering={key}")),
    "as a field's name": (400, lambda api, key: api(key).post(CUSTOMERS, {key: 1})),
    "in a change's parameter": (400, lambda api, key: api(key).post(f"{CUSTOMERS}?key={key}", {})),
    "in a field": (400, lambda api, key: api(key).post(CUSTOMERS, {"name": key, "authorization": f"Bearer {key}"})),
    "in broken JSON": (400, lambda api, key: api(key).post(CUSTOMERS, f'{{"email": "{key}', "application/json")),
    "as an Idempotency-Key": (400, lambda api, key: api(key).post(CUSTOMERS, ADA, headers={"Idempotency-Key": key})),
    "in an Idempotency-Key": (
        400,
        lambda api, key: api(key).post(CUSTOMERS, ADA, headers={"Idempotency-Key": f'"order-7-{key}-1"'}),
    ),
    "in a form": (415, lambda api, key: api(key).post(CUSTOMERS, f"name={key}", "application/x-www-form-urlencoded")),
}
# Here the key is data, which the response repeats. The profiler must not store it even so.
DATA: dict[str, tuple[int, Send]] = {
    "in a filter": (200, lambda api, key: api(key).get(f"{CUSTOMERS}?email={key}")),
    "in a name": (201, lambda api, key: api(key).post(CUSTOMERS, {"email": "ada@example.com", "name": key})),
}


def issue() -> str:
    tenant, _ = Tenant.objects.get_or_create(slug="acme", defaults={"name": "Acme"})
    return keys.issue_key(tenant=tenant)


def secret_of(key: str) -> str:
    return key.split("_")[2]


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("name", REQUESTS)
def test_key_is_in_no_log_and_no_response(api: Any, settings: Any, log: Any, name: str, debug: bool) -> None:
    settings.DEBUG = debug
    key = issue()
    status, send = REQUESTS[name]

    response = send(type(api), key)

    assert response.status_code == status
    assert (secret_of(key) in response.text, secret_of(key) in str(response.headers)) == (False, False)
    assert secret_of(key) not in log.getvalue()
    # A 500 is logged with its traceback.
    assert ["traceback" in line for line in log.lines if line["logger"] == "requests"] == [status == 500]


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
def test_key_is_on_no_error_page_outside_the_api(api: Any, settings: Any, log: Any, debug: bool) -> None:
    settings.DEBUG = debug
    key = issue()

    response = type(api)(key).get("/bug")

    assert (response.status_code, "HTTP_AUTHORIZATION" in response.text) == (500, debug)
    assert secret_of(key) not in response.text
    assert "ValueError: a bug" in log.lines[-1]["traceback"]
    assert secret_of(key) not in log.getvalue()


@pytest.mark.django_db
def test_key_is_in_no_str_or_repr() -> None:
    key = issue()
    stored = ApiKey.objects.get()
    with pytest.raises(keys.KeyRefused) as refused:
        keys.identify(f"Bearer {key}0").acting(changes=False)

    texts = [str(stored), repr(stored), str(vars(stored)), str(refused.value), repr(refused.value)]

    assert [text for text in texts if secret_of(key) in text] == []
    assert texts[0] == f"rl_{stored.prefix}_…"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in REQUESTS if name.endswith("Idempotency-Key")])
def test_key_is_not_stored_as_an_idempotency_key(api: Any, acme: Tenant, name: str) -> None:
    key = issue()

    response = REQUESTS[name][1](type(api), key)

    assert response.json()["detail"] == ("Idempotency-Key contains an API key, which is a secret; send a UUID instead.")
    assert [rows for rows in rows_of(acme) if rows] == []


def scenario() -> dict[str, Any]:
    """Send every request, and return every table of the profiler."""
    from silk import models

    from tests.conftest import Api

    sent = {}
    with override_settings(ROOT_URLCONF=__name__):
        for name, (_, send) in {**REQUESTS, **DATA}.items():
            key = issue()
            sent[name] = [key, send(Api, key).status_code]
    tables = (models.Request, models.Response, models.SQLQuery, models.Profile)
    return {"sent": sent, "tables": {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}}


@pytest.fixture(scope="module")
def profiled(empty_database: dict[str, str]) -> dict[str, Any]:
    result, log = run_plugged(f"{__name__}.scenario", empty_database)
    return {**result, "log": log}


def columns_with(text: str, profiled: dict[str, Any]) -> list[str]:
    """The columns of the profiler that contain `text`. Response bodies are stored in base64."""
    found = set()
    for table, rows in profiled["tables"].items():
        for row in rows:
            if table == "Response":
                row = {**row, "raw_body": base64.b64decode(row["raw_body"]).decode()}
            found |= {f"{table}.{column}" for column, value in row.items() if text in str(value)}
    return sorted(found)


def test_profiler_recorded_every_request(profiled: dict[str, Any]) -> None:
    expected = [status for status, _ in (*REQUESTS.values(), *DATA.values())]

    sent = [status for _, status in profiled["sent"].values()]
    recorded = [row["status_code"] for row in profiled["tables"]["Response"]]

    assert (sent, sorted(recorded)) == (expected, sorted(expected))


@pytest.mark.parametrize("name", [*REQUESTS, *DATA])
def test_profiler_and_log_keep_no_key(profiled: dict[str, Any], name: str) -> None:
    key, _ = profiled["sent"][name]

    assert columns_with(secret_of(key), profiled) == []
    assert secret_of(key) not in profiled["log"]


def test_profiler_stores_the_masked_key(profiled: dict[str, Any]) -> None:
    """The masked key appears in each of these columns, so an unmasked secret would have been found there."""
    found = {name: columns_with(f"{key[:11]}_…", profiled) for name, (key, _) in profiled["sent"].items()}

    assert {name: places for name, places in found.items() if places} == {
        "in a header": ["Request.encoded_headers"],
        "in a parameter": ["Request.query_params"],
        "as a parameter's name": ["Request.query_params", "Response.raw_body"],
        "as a value of a filter": ["Request.query_params", "Response.raw_body"],
        "as an ordering": ["Request.query_params", "Response.raw_body"],
        "as a field's name": ["Request.body", "Request.raw_body", "Response.raw_body"],
        "in a change's parameter": ["Request.query_params"],
        "in a field": ["Request.body", "Request.raw_body"],
        "in broken JSON": ["Request.body", "Request.raw_body"],
        "as an Idempotency-Key": ["Request.encoded_headers"],
        "in an Idempotency-Key": ["Request.encoded_headers"],
        "in a form": ["Request.body", "Request.raw_body"],
        "in a filter": ["Request.query_params", "SQLQuery.query"],
        "in a name": ["Request.body", "Request.raw_body", "Response.raw_body"],
    }
