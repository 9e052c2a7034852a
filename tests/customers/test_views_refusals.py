"""Refused requests change nothing, and their problem document names each error's place."""

from __future__ import annotations

from typing import Any

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

CUSTOMERS = "/api/v1/customers/"
ADA = {"email": "ada@example.com", "name": "Ada"}
LONG = f"ada@{'.'.join(['d' * 60] * 5)}.example.com"


def rows() -> list[dict[str, Any]]:
    return list(Customer.objects.order_by("id").values())


def errors(response: Any) -> list[tuple[str, str]]:
    """Return (pointer, code) of each error, after asserting that the rest is the standard 400 problem."""
    body = response.json()
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert {name: value for name, value in body.items() if name != "errors"} == {
        "type": "/docs/problems/invalid-request",
        "title": "Invalid request",
        "status": 400,
        "detail": "The request is not valid; see errors.",
        "request_id": response["X-Request-ID"],
    }
    return [(error["pointer"], error["code"]) for error in body["errors"]]


INVALID: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "unknown field": ({"emial": "x"}, [("#/emial", "unknown")]),
    "field with signs of a pointer": ({"a/b~c": 1}, [("#/a~1b~0c", "unknown")]),
    "no e-mail": ({"email": "ada"}, [("#/email", "invalid")]),
    "e-mail null": ({"email": None}, [("#/email", "null")]),
    "e-mail empty": ({"email": ""}, [("#/email", "blank")]),
    "e-mail list": ({"email": ["ada@example.com"]}, [("#/email", "invalid")]),
    "e-mail too long": (
        {"email": LONG},
        [("#/email", "max_length")],
    ),
    "name null": ({"name": None}, [("#/name", "null")]),
    "name empty": ({"name": " "}, [("#/name", "blank")]),
    "name too long": ({"name": "n" * 201}, [("#/name", "max_length")]),
    "name with a NUL byte": ({"name": "A\0"}, [("#/name", "null_characters_not_allowed")]),
    "name with half a character": ({"name": "A\ud800"}, [("#/name", "surrogate_characters_not_allowed")]),
    "name an object": ({"name": {}}, [("#/name", "invalid")]),
    "flag null": ({"is_active": None}, [("#/is_active", "null")]),
    "flag a word": ({"is_active": "perhaps"}, [("#/is_active", "invalid")]),
    "two at once": ({"name": "", "x": 1}, [("#/x", "unknown"), ("#/name", "blank")]),
}


@pytest.mark.parametrize("case", INVALID)
def test_create_with_an_invalid_field_is_400_and_writes_nothing(in_acme: Tenant, api: Any, case: str) -> None:
    fields, expected = INVALID[case]

    response = api.post(CUSTOMERS, {**ADA, **fields})

    assert errors(response) == expected
    assert rows() == []


@pytest.mark.parametrize("case", INVALID)
def test_patch_with_an_invalid_field_is_400_and_writes_nothing(in_acme: Tenant, api: Any, case: str) -> None:
    customer = baker.make(Customer)
    before = rows()
    fields, expected = INVALID[case]

    response = api.patch(f"{CUSTOMERS}{customer.pk}/", {"is_active": False, **fields})

    assert errors(response) == expected
    assert rows() == before


@pytest.mark.parametrize("body", [{}, ""])
def test_create_names_the_missing_required_fields(in_acme: Tenant, api: Any, body: Any) -> None:
    response = api.post(CUSTOMERS, body)

    assert errors(response) == [("#/email", "required"), ("#/name", "required")]
    assert rows() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [("[]", "invalid"), ('[{"name": "Ada"}]', "invalid"), ("1", "invalid"), ('"x"', "invalid"), ("null", "null")],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_body_that_is_not_an_object_is_400(in_acme: Tenant, api: Any, method: str, body: str, code: str) -> None:
    customer = baker.make(Customer)
    before = rows()
    address = CUSTOMERS if method == "post" else f"{CUSTOMERS}{customer.pk}/"

    response = getattr(api, method)(address, body)

    assert errors(response) == [("#", code)]
    assert rows() == before


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"name": "Ada",}', b"\xff", b'{"name": NaN}', b"{'name': 'Ada'}", b"[" * 100_000],
    ids=["cut off", "comma", "no UTF-8", "NaN", "quotes", "deep"],
)
def test_body_that_is_not_json_is_400(in_acme: Tenant, api: Any, body: bytes) -> None:
    response = api.post(CUSTOMERS, body)

    problem = response.json()
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert problem.pop("detail").startswith("JSON parse error - ")
    assert problem == {
        "type": "/docs/problems/bad-request",
        "title": "Bad request",
        "status": 400,
        "request_id": response["X-Request-ID"],
    }
    assert rows() == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_body_that_is_not_sent_as_json_is_415(in_acme: Tenant, api: Any, content_type: str) -> None:
    response = api.post(CUSTOMERS, '{"email": "ada@example.com", "name": "Ada"}', content_type)

    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/docs/problems/unsupported-media-type",
        "title": "Unsupported media type",
        "status": 415,
        "detail": f'Unsupported media type "{content_type}" in request.',
        "request_id": response["X-Request-ID"],
    }
    assert rows() == []


@pytest.mark.parametrize("id", ["0", str(2**63), "9" * 30])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_unknown_customer_id_is_404(in_acme: Tenant, api: Any, method: str, id: str) -> None:
    baker.make(Customer)

    response = getattr(api, method)(f"{CUSTOMERS}{id}/")

    assert response.status_code == 404
    assert response.json()["detail"] == "No such customer."


@pytest.mark.parametrize("id", ["abc", "-1", "1.0", "%00", pytest.param("9" * 5000, id="5000 digits")])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_customer_id_that_is_not_a_number_is_404(in_acme: Tenant, api: Any, method: str, id: str) -> None:
    baker.make(Customer)

    response = getattr(api, method)(f"{CUSTOMERS}{id}/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "There is nothing at this address."


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_tenants_customer_is_404_like_one_that_does_not_exist(
    acme: Tenant, globex: Tenant, api: Any, method: str
) -> None:
    with tenant_scope(acme):
        baker.make(Customer)
    with tenant_scope(globex):
        theirs = baker.make(Customer, name="Grace")
        before = rows()
    request = getattr(api, method)
    headers = {"X-Request-ID": "the-same-for-both"}
    body = () if method == "get" else ({"name": "stolen"},)

    response = request(f"{CUSTOMERS}{theirs.pk}/", *body, headers=headers)
    missing = request(f"{CUSTOMERS}{theirs.pk + 1}/", *body, headers=headers)

    assert response.status_code == 404
    assert (response.content, sorted(response.headers.items())) == (missing.content, sorted(missing.headers.items()))
    with tenant_scope(globex):
        assert rows() == before


def test_another_tenants_email_is_free(acme: Tenant, globex: Tenant, api: Any) -> None:
    with tenant_scope(globex):
        baker.make(Customer, email="ada@example.com")

    response = api.post(CUSTOMERS, ADA)

    assert response.status_code == 201
    with tenant_scope(acme):
        assert [row["email"] for row in rows()] == ["ada@example.com"]


@pytest.mark.parametrize("space", [" ", "\x1f", "\n"])
def test_white_space_around_a_name_is_removed_but_counts(in_acme: Tenant, api: Any, space: str) -> None:
    fits = api.post(CUSTOMERS, {"email": "ada@example.com", "name": f"{space}{'a' * 199}"})
    too_long = api.post(CUSTOMERS, {"email": "grace@example.com", "name": f"{space}{'a' * 200}"})

    assert (fits.status_code, fits.json()["name"]) == (201, "a" * 199)
    assert [(error["pointer"], error["code"]) for error in too_long.json()["errors"]] == [("#/name", "max_length")]
