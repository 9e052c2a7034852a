"""If-Match and If-None-Match as RFC 9110 evaluates them, on details, lists, reports and changes."""

from __future__ import annotations

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.scope import tenant_scope

OTHER = '"0123456789abcdef"'
PROBLEM = "application/problem+json"
GRACE = {"email": "grace@example.com", "name": "Grace"}


@pytest.fixture
def customer(acme) -> str:
    """The URL of a customer without orders."""
    with tenant_scope(acme):
        return f"/api/v1/customers/{baker.make(Customer, name='Ada').pk}/"


@pytest.fixture
def tag(api, customer) -> str:
    return api.get(customer)["ETag"]


@pytest.mark.parametrize(
    ("headers", "read", "change"),
    [
        ({"If-Match": "{tag}"}, 200, 200),
        ({"If-Match": "*"}, 200, 200),
        ({"If-Match": OTHER}, 412, 412),
        ({"If-Match": "W/{tag}"}, 412, 412),
        ({"If-Match": ""}, 412, 412),
        ({"If-Match": ","}, 412, 412),
        ({"If-Match": f"{OTHER},,{{tag}}"}, 200, 200),
        ({"If-Match": f", {OTHER} ,\t, {{tag}} , "}, 200, 200),
        ({"If-Match": '"\xff,", {tag}'}, 200, 200),
        ({"If-None-Match": "{tag}"}, 304, 412),
        ({"If-None-Match": "*"}, 304, 412),
        ({"If-None-Match": "W/{tag}"}, 304, 412),
        ({"If-None-Match": f"{OTHER},,{{tag}}"}, 304, 412),
        ({"If-None-Match": OTHER}, 200, 200),
        ({"If-None-Match": ""}, 200, 200),
        ({"If-Match": "{tag}", "If-None-Match": "{tag}"}, 304, 412),
        ({"If-Match": OTHER, "If-None-Match": "{tag}"}, 412, 412),
        ({"If-Match": "{tag}", "If-None-Match": OTHER}, 200, 200),
    ],
)
def test_precondition_on_a_detail_decides_its_read_and_its_update(api, customer, tag, headers, read, change):
    headers = {name: value.format(tag=tag) for name, value in headers.items()}

    got, head = api.get(customer, headers=headers), api.head(customer, headers=headers)
    before = api.get(customer).json()["name"]
    changed = api.patch(customer, {"name": "Grace"}, headers=headers)
    after = api.get(customer).json()["name"]

    assert (got.status_code, head.status_code, changed.status_code) == (read, read, change)
    assert (before, after) == ("Ada", "Grace" if change == 200 else "Ada")


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("If-Match", "It has changed since it was read, or has no entity tag; read it again."),
        ("If-None-Match", "It exists, or has not changed since it was read: If-None-Match names it."),
    ],
)
def test_failed_precondition_is_a_412_that_names_the_header(api, customer, tag, header, detail):
    headers = {header: OTHER if header == "If-Match" else tag}

    deleted = api.delete(customer, headers=headers)

    assert (deleted.status_code, deleted["Content-Type"], deleted.json()["detail"]) == (412, PROBLEM, detail)


@pytest.mark.parametrize("action", ["pay", "archive"])
def test_action_evaluates_preconditions_on_its_order(api, in_acme, order_worth, action):
    order = f"/api/v1/orders/{order_worth(900).pk}/"
    tag = api.get(order)["ETag"]

    refused = [
        api.post(f"{order}{action}/", headers=headers).status_code
        for headers in ({"If-None-Match": "*"}, {"If-None-Match": tag}, {"If-Match": OTHER})
    ]
    unchanged = api.get(order)["ETag"] == tag
    done = api.post(f"{order}{action}/", headers={"If-Match": tag, "If-None-Match": OTHER})

    assert (refused, unchanged, done.status_code) == ([412, 412, 412], True, 200)


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("headers", [{"If-Match": "*"}, {"If-Match": OTHER}, {"If-None-Match": "*"}])
def test_missing_row_is_404_whatever_the_precondition(api, acme, method, headers):
    response = getattr(api, method)("/api/v1/customers/1/", headers=headers)

    assert response.status_code == 404


LISTS = ["customers/", "{customer}orders/", "orders/", "items/", "reporting/summary/", "reporting/products/"]
LISTS += ["reporting/sales/?from=2026-01-01&to=2026-01-02"]


@pytest.mark.parametrize("address", LISTS)
def test_list_or_report_matches_star_and_has_no_etag(api, customer, address):
    address = address.format(customer=customer.removeprefix("/api/v1/"))
    conditions: list[tuple[str, str]] = [
        ("If-Match", "*"), ("If-Match", OTHER), ("If-None-Match", "*"), ("If-None-Match", OTHER)
    ]  # fmt: skip

    answers = [api.get(f"/api/v1/{address}", headers={name: value}) for name, value in conditions]

    assert [(answer.status_code, answer.has_header("ETag")) for answer in answers] == [
        (200, False), (412, False), (304, False), (200, False)
    ]  # fmt: skip
    assert (answers[1]["Content-Type"], answers[2].content) == (PROBLEM, b"")


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-Match", "*", 201),
        ("If-Match", OTHER, 412),
        ("If-None-Match", "*", 412),
        ("If-None-Match", OTHER, 201),
    ],
)
def test_create_evaluates_preconditions_on_the_list(acme, api, header, value, status):
    response = api.post("/api/v1/customers/", GRACE, headers={header: value})

    assert response.status_code == status
    with tenant_scope(acme):
        assert Customer.objects.count() == (1 if status == 201 else 0)


def test_other_errors_take_precedence_over_preconditions(api, acme):
    response = api.get("/api/v1/customers/?nme=Ada", headers={"If-Match": OTHER})

    assert response.status_code == 400


@pytest.mark.parametrize("tag", ["abc", '"open', '"a" "b"', '"a", b', "*, *", "*,", 'w/"a"', '"a b"', '"\x7f"'])
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    ("method", "address"), [("get", "{}"), ("patch", "{}"), ("delete", "{}"), ("get", "/api/v1/customers/")]
)
def test_malformed_entity_tag_is_refused(api, customer, method, address, header, tag):
    response = getattr(api, method)(address.format(customer), headers={header: tag})

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    assert response.json()["detail"] == f'{header} is * or entity tags in quotes, as in ETag: "a", "b".'


def test_precondition_on_a_read_costs_no_statement(api, customer, tag, count):
    with count() as plain:
        api.get(customer)
    with count() as conditional:
        api.get(customer, headers={"If-Match": OTHER})

    assert (len(plain), len(conditional)) == (1, 1)
