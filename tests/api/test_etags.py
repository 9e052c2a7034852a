from __future__ import annotations

from typing import Any

import pytest
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy import keys
from apps.tenancy.scope import tenant_scope
from tests.conftest import Api
from tests.support.concurrency import at_once

OTHER = '"0123456789abcdef"'
LINE = {"sku": "TEA", "quantity": 1, "unit_price_cents": 450}
CHANGES = [
    ("patch", "customers/{customer}/", {"name": "Grace"}),
    ("delete", "customers/{customer}/", None),
    ("patch", "orders/{draft}/", {"items": [LINE]}),
    ("delete", "orders/{draft}/", None),
    ("post", "orders/{draft}/pay/", None),
    ("post", "orders/{paid}/ship/", None),
    ("post", "orders/{paid}/cancel/", None),
    ("post", "orders/{paid}/archive/", None),
    ("post", "orders/{archived}/unarchive/", None),
    ("patch", "items/{item}/", {"quantity": 3}),
    ("delete", "items/{item}/", None),
]


def rows_of(tenant: Any, order_worth: Any) -> dict[str, int]:
    with tenant_scope(tenant):
        draft = order_worth(900)
        baker.make("orders.Item", order=draft, quantity=1, unit_price_cents=1)
        return {
            "customer": baker.make(Customer, name="Ada").pk,
            "draft": draft.pk,
            "paid": order_worth(900, status="paid").pk,
            "archived": order_worth(900, archived_at="2026-01-01T00:00:00Z").pk,
            "item": draft.items.first().pk,
        }


@pytest.fixture
def rows(acme, order_worth) -> dict[str, int]:
    """Ids for addresses: a customer without orders, an order in each state, an item of the draft."""
    return rows_of(acme, order_worth)


def detail(address: str) -> str:
    """The address of the row that an action's address belongs to: `orders/1/` for `orders/1/pay/`."""
    return f"/api/v1/{'/'.join(address.split('/')[:2])}/"


@pytest.mark.django_db(transaction=True)  # inside the transaction of a test, a safe request could lock rows unnoticed
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT"])
def test_unsupported_method_is_405_before_the_row_is_read(api, method):
    response = api.generic(method, "/api/v1/customers/1/", headers={"If-Match": OTHER})

    assert response.status_code == 405


@pytest.mark.parametrize("address", ["customers/{customer}/", "orders/{draft}/", "items/{item}/"])
def test_if_none_match_of_the_current_etag_is_304(api, rows, address):
    first = api.get(detail(address.format(**rows)))
    known = [first["ETag"], f"W/{first['ETag']}", f"{OTHER}, {first['ETag']}", "*"]

    answers = [api.get(detail(address.format(**rows)), headers={"If-None-Match": tag}) for tag in known]
    head = api.head(detail(address.format(**rows)), headers={"If-None-Match": first["ETag"]})
    other = api.get(detail(address.format(**rows)), headers={"If-None-Match": OTHER})

    assert [(answer.status_code, answer.content, answer["ETag"]) for answer in [*answers, head]] == [
        (304, b"", first["ETag"])
    ] * 5
    assert "Content-Type" not in answers[0]
    assert "Content-Length" not in answers[0]
    assert (other.status_code, other.content, other["ETag"]) == (200, first.content, first["ETag"])


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
def test_stale_if_match_is_412(acme, api, rows, method, address, body):
    address = address.format(**rows)
    before = api.get(detail(address))

    refused = getattr(api, method)(f"/api/v1/{address}", body, headers={"If-Match": OTHER})
    weak = getattr(api, method)(f"/api/v1/{address}", body, headers={"If-Match": f"W/{before['ETag']}"})
    after = api.get(detail(address))
    done = getattr(api, method)(f"/api/v1/{address}", body, headers={"If-Match": f"{OTHER}, {before['ETag']}"})

    assert (refused.status_code, refused["Content-Type"], refused.json()["type"]) == (
        412,
        "application/problem+json",
        "/docs/problems/precondition-failed",
    )
    assert weak.status_code == 412
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    assert done.status_code in (200, 204)


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
def test_if_match_star_matches_any_existing_row(api, rows, method, address, body):
    address = address.format(**rows)

    response = getattr(api, method)(f"/api/v1/{address}", body, headers={"If-Match": "*"})

    assert response.status_code in (200, 204)


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "customers/", {"email": "Grace@Example.com", "name": " Grace "}),
        ("post", "orders/", {"customer": "customer", "items": [LINE]}),
        ("post", "items/", {"order": "draft", **LINE}),
        *[change for change in CHANGES if change[0] != "delete"],
    ],
)
def test_response_to_a_write_has_the_etag_of_its_detail(api, rows, method, address, body):
    address = address.format(**rows)
    body = {name: rows.get(value, value) if isinstance(value, str) else value for name, value in (body or {}).items()}

    changed = getattr(api, method)(f"/api/v1/{address}", body)

    read = api.get(detail(f"{address.split('/')[0]}/{changed.json()['id']}/"))
    assert (changed.content, changed["ETag"]) == (read.content, read["ETag"])


def test_etag_changes_with_every_part_of_the_detail(api, rows):
    address = f"/api/v1/orders/{rows['draft']}/"
    tags = [api.get(address)["ETag"]]

    api.patch(f"/api/v1/items/{rows['item']}/", {"quantity": 7})
    tags.append(api.get(address)["ETag"])
    api.patch(f"/api/v1/customers/{api.get(address).json()['customer']}/", {"email": "grace@example.com"})
    tags.append(api.get(address)["ETag"])

    assert len(set(tags)) == 3


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
@pytest.mark.parametrize("tag", ["*", "theirs"])
def test_another_tenants_row_is_404_whatever_the_if_match(api, globex, order_worth, method, address, body, tag):
    address = address.format(**rows_of(globex, order_worth))
    theirs = Api(keys.issue_key(tenant=globex)).get(detail(address))["ETag"]

    response = getattr(api, method)(f"/api/v1/{address}", body, headers={"If-Match": tag.replace("theirs", theirs)})

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("address", "statements"),
    # Lock the row and read it, and an order's items too.
    [("customers/{customer}/", 2), ("orders/{draft}/", 3), ("items/{item}/", 2)],
)
def test_only_a_conditional_update_costs_extra_statements(api, rows, count, address, statements):
    address = detail(address.format(**rows))
    tag = api.get(address)["ETag"]

    with count() as without:
        api.patch(address, {})
    with count() as compared:
        api.patch(address, {}, headers={"If-Match": tag})

    assert len(compared) - len(without) == statements


# noun: (the body of an edit, given what was read), (the edits that a response shows).
EDITS = {
    "customers": (lambda read, n: {"name": f"{read['name']},{n}"}, lambda read: read["name"].split(",")[1:]),
    "orders": (
        lambda read, n: {"items": [*read["items"], {**LINE, "sku": str(n)}]},
        lambda read: [item["sku"] for item in read["items"]][1:],
    ),
    "items": (lambda read, n: {"sku": f"{read['sku']},{n}"}, lambda read: read["sku"].split(",")[1:]),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("noun", "editors"), [("customers", 32), ("orders", 8), ("items", 8)])
def test_concurrent_conditional_edits_lose_no_update(acme, noun, editors):
    change, edits = EDITS[noun]
    key = keys.issue_key(tenant=acme)
    with tenant_scope(acme):
        item = baker.make("orders.Item", sku="T", quantity=1, unit_price_cents=1, order__customer__name="Ada")
        address = {
            "customers": f"/api/v1/customers/{item.order.customer_id}/",
            "orders": f"/api/v1/orders/{item.order_id}/",
            "items": f"/api/v1/items/{item.pk}/",
        }[noun]

    def edit(number: int) -> tuple[list[str], list[str]]:
        """Retry GET and PATCH until the PATCH is not a 412.

        Return the edits in the GET response and those in the PATCH response.
        """
        api = Api(key)
        while True:
            read = api.get(address)
            body = change(read.json(), number)
            written = api.patch(address, body, headers={"If-Match": read["ETag"]})
            if written.status_code != 412:
                assert written.status_code == 200
                return edits(read.json()), edits(written.json())

    seen = sorted(at_once(editors, edit), key=lambda pair: len(pair[1]))

    last = edits(Api(key).get(address).json())
    assert sorted(last, key=int) == [str(number) for number in range(editors)]
    assert seen == [(last[:n], last[: n + 1]) for n in range(editors)]
