from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from model_bakery import baker

from apps.customers.models import Customer
from apps.idempotency import services
from apps.idempotency.models import IdempotencyKey
from apps.orders.models import Order, OrderEvent
from apps.tenancy import keys
from apps.tenancy.scope import tenant_scope
from tests.conftest import JSON, Api
from tests.support.concurrency import at_once

KEY = {"Idempotency-Key": "3f6a1c52-order-of-monday"}
ADA = {"email": "ada@example.com", "name": "Ada"}
ITEMS = [{"sku": "TEA", "quantity": 2, "unit_price_cents": 450}]


def emails_of(tenant: Any) -> list[str]:
    with tenant_scope(tenant):
        return list(Customer.objects.order_by("email").values_list("email", flat=True))


def replayed(response: Any) -> bool:
    return response.get("Idempotency-Replayed") == "true"


@pytest.fixture
def rows(acme, order_worth) -> dict[str, int]:
    """Ids for addresses: a customer without orders, an order in each state, an item of the draft."""
    with tenant_scope(acme):
        draft = order_worth(900)
        return {
            "customer": baker.make(Customer).pk,
            "draft": draft.pk,
            "paid": order_worth(900, status="paid").pk,
            "archived": order_worth(900, archived_at="2026-01-01T00:00:00Z").pk,
            "item": draft.items.get().pk,
        }


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "customers/", ADA),
        ("patch", "customers/{customer}/", {"name": "Ada"}),
        ("delete", "customers/{customer}/", None),
        ("post", "orders/", {"customer": "customer", "items": ITEMS}),
        ("patch", "orders/{draft}/", {"items": ITEMS}),
        ("delete", "orders/{draft}/", None),
        ("post", "orders/{draft}/pay/", None),
        ("post", "orders/{paid}/ship/", None),
        ("post", "orders/{paid}/cancel/", None),
        ("post", "orders/{paid}/archive/", None),
        ("post", "orders/{archived}/unarchive/", None),
        ("post", "items/", {"order": "draft", **ITEMS[0]}),
        ("patch", "items/{item}/", {"quantity": 3}),
    ],
)
def test_repeated_request_runs_once_and_returns_the_same_response(acme, api, rows, method, address, body):
    sent = {name: rows.get(value, value) if isinstance(value, str) else value for name, value in (body or {}).items()}

    def send() -> Any:
        return getattr(api, method)(f"/api/v1/{address.format(**rows)}", sent, content_type=JSON, headers=KEY)

    def state() -> Any:
        with tenant_scope(acme):
            return [list(model.objects.order_by("pk").values()) for model in (Customer, Order, OrderEvent)]

    first, after_first = send(), state()
    again, after_again = send(), state()

    assert first.status_code in (200, 201, 204)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (replayed(first), replayed(again)) == (False, True)
    # Only the request id and the replay header differ.
    first_headers, again_headers = dict(first.headers), dict(again.headers)
    for headers in (first_headers, again_headers):
        headers.pop("X-Request-ID")
        headers.pop("Idempotency-Replayed", None)
    assert again_headers == first_headers
    assert after_again == after_first


def limit_statements(monkeypatch: pytest.MonkeyPatch, wait: str) -> None:
    """Set lock_timeout to `wait` and statement_timeout to a minute in new connections to PostgreSQL."""
    if connection.vendor == "postgresql":
        options = f"-c lock_timeout={wait} -c statement_timeout=60s"
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", options)


def test_fifty_sequential_retries_create_one_order(acme, api, rows):
    body = {"customer": rows["customer"], "items": ITEMS}

    answers = [api.post("/api/v1/orders/", body, headers=KEY) for _ in range(50)]

    assert Counter((answer.status_code, replayed(answer)) for answer in answers) == {(201, False): 1, (201, True): 49}
    assert len({answer.content for answer in answers}) == 1
    with tenant_scope(acme):
        assert Order.objects.filter(customer_id=rows["customer"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_concurrent_retries_create_one_order(acme, monkeypatch):
    limit_statements(monkeypatch, "60s")  # fifty threads share one interpreter
    key = keys.issue_key(tenant=acme)
    with tenant_scope(acme):
        body = {"customer": baker.make(Customer).pk, "items": ITEMS}

    answers = at_once(50, lambda _: Api(key).post("/api/v1/orders/", body, headers=KEY))

    assert Counter((answer.status_code, replayed(answer)) for answer in answers) == {(201, False): 1, (201, True): 49}
    assert len({answer.content for answer in answers}) == 1
    with tenant_scope(acme):
        assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "customers/", {**ADA, "name": "Lovelace"}),
        ("post", "customers/", {"name": "not even valid"}),
        ("post", "orders/1/pay/", ADA),
        ("patch", "customers/1/", ADA),
    ],
    ids=["other body", "invalid body", "other address", "other method"],
)
def test_key_reused_for_another_request_is_refused_before_validation(acme, api, method, address, body):
    api.post("/api/v1/customers/", ADA, headers=KEY)

    response = getattr(api, method)(f"/api/v1/{address}", body, headers=KEY)

    assert (response.status_code, response.json()["type"]) == (422, "/docs/problems/idempotency-key-reused")
    assert emails_of(acme) == ["ada@example.com"]


def test_failed_request_releases_the_key(acme, api):
    invalid = api.post("/api/v1/customers/", {"name": "Ada"}, headers=KEY)
    created = api.post("/api/v1/customers/", ADA, headers=KEY)
    other = {"Idempotency-Key": "another"}
    taken = api.post("/api/v1/customers/", ADA, headers=other)
    free = api.post("/api/v1/customers/", {**ADA, "email": "grace@example.com"}, headers=other)

    assert [answer.status_code for answer in (invalid, created, taken, free)] == [400, 201, 409, 201]
    assert [replayed(answer) for answer in (created, free)] == [False, False]


def test_keys_are_scoped_to_the_tenant(acme, globex, api):
    theirs = Api(keys.issue_key(tenant=globex)).post("/api/v1/customers/", ADA, headers=KEY)

    ours = api.post("/api/v1/customers/", {**ADA, "email": "grace@example.com"}, headers=KEY)

    assert (theirs.status_code, ours.status_code, replayed(ours)) == (201, 201, False)
    assert (emails_of(acme), emails_of(globex)) == (["grace@example.com"], ["ada@example.com"])


def test_replay_is_the_first_response_despite_later_changes(api, rows):
    paid = api.post(f"/api/v1/orders/{rows['draft']}/pay/", headers=KEY)
    api.post(f"/api/v1/orders/{rows['draft']}/ship/")

    again = api.post(f"/api/v1/orders/{rows['draft']}/pay/", headers=KEY)

    assert (again.content, again.json()["status"], replayed(again)) == (paid.content, "paid", True)


def test_replay_requires_the_preconditions_of_the_first_request(api, rows):
    address = f"/api/v1/customers/{rows['customer']}/"
    before = api.get(address)["ETag"]

    def rename(**headers: str) -> Any:
        return api.patch(address, {"name": "Ada"}, headers={**KEY, **headers})

    first = rename(**{"If-Match": before})
    again = rename(**{"If-Match": before})  # stale by the first request's own change
    others = [
        rename(**headers)
        for headers in ({}, {"If-Match": first["ETag"]}, {"If-Match": "*"}, {"If-Match": before, "If-None-Match": "*"})
    ]

    assert (first.status_code, again.status_code, again.content, replayed(again)) == (200, 200, first.content, True)
    assert [(answer.status_code, answer.json()["type"]) for answer in others] == [
        (422, "/docs/problems/idempotency-key-reused")
    ] * 4


def test_failed_precondition_releases_the_key(api, rows):
    address = f"/api/v1/customers/{rows['customer']}/"

    refused = api.patch(address, {"name": "Ada"}, headers={**KEY, "If-Match": '"stale"'})
    done = api.patch(address, {"name": "Ada"}, headers={**KEY, "If-Match": api.get(address)["ETag"]})

    assert (refused.status_code, done.status_code, replayed(done)) == (412, 200, False)


def test_quotes_are_not_part_of_a_key(acme, api):
    bare = api.post("/api/v1/customers/", ADA, headers={"Idempotency-Key": "k" * 255})
    quoted = api.post("/api/v1/customers/", ADA, headers={"Idempotency-Key": f'"{"k" * 255}"'})

    assert (bare.status_code, replayed(bare), replayed(quoted)) == (201, False, True)


@pytest.mark.parametrize(
    "key", ["", '""', "k" * 256, "tab\there", "a b", "é", "\x7f", "nul\0", '"open', 'in"side', "a\\"]
)
def test_malformed_key_is_refused(acme, api, key):
    response = api.post("/api/v1/customers/", ADA, headers={"Idempotency-Key": key})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["detail"].startswith("Idempotency-Key is 1 to 255 printable ASCII characters")
    assert emails_of(acme) == []


def test_non_atomic_view_refuses_a_key(acme, api):
    body = {"customers": 1, "orders_per_customer": 1, "items_per_order": 1}

    response = api.post("/api/v1/devtools/seed/", body, headers=KEY)

    assert (response.status_code, response.json()["detail"]) == (
        400,
        "This operation commits in parts and takes no Idempotency-Key.",
    )
    assert emails_of(acme) == []


def test_reads_ignore_the_key(api):
    answers = [api.get("/api/v1/customers/", headers={"Idempotency-Key": key}) for key in ("a", "a", "")]

    assert [(answer.status_code, replayed(answer)) for answer in answers] == [(200, False)] * 3


def test_key_costs_three_statements_and_a_replay_two(api, count):
    with count() as without:
        api.post("/api/v1/customers/", {**ADA, "email": "grace@example.com"})
    # INSERT of the key, SELECT of its row, UPDATE with the answer.
    with count() as with_key:
        api.post("/api/v1/customers/", ADA, headers=KEY)
    # INSERT that finds the key, SELECT of its row.
    with count() as replay:
        api.post("/api/v1/customers/", ADA, headers=KEY)

    assert (len(with_key) - len(without), len(replay)) == (3, 2)


@pytest.mark.django_db(transaction=True)
def test_concurrent_duplicate_runs_after_the_first_rolls_back(acme):
    key = keys.issue_key(tenant=acme)
    answers: list[Any] = []
    sending = threading.Event()

    def send() -> None:
        sending.set()
        answers.append(Api(key).post("/api/v1/customers/", ADA, headers=KEY))
        connection.close()

    twin = threading.Thread(target=send)
    with tenant_scope(acme):
        services.claim_key(key=KEY["Idempotency-Key"], fingerprint="of the first")
        twin.start()
        sending.wait()
        twin.join(timeout=0.2)
        answered_meanwhile = list(answers)
        transaction.set_rollback(True)
    twin.join()

    assert answered_meanwhile == []
    assert [(answer.status_code, replayed(answer)) for answer in answers] == [(201, False)]
    assert emails_of(acme) == ["ada@example.com"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_concurrent_duplicate_that_times_out_is_409_with_retry_after(acme, monkeypatch):
    limit_statements(monkeypatch, "50ms")
    key = keys.issue_key(tenant=acme)

    with tenant_scope(acme):
        services.claim_key(key=KEY["Idempotency-Key"], fingerprint="of the first")
        answers = at_once(1, lambda _: Api(key).post("/api/v1/customers/", ADA, headers=KEY))

    assert [(answer.status_code, answer["Retry-After"], answer.json()["type"]) for answer in answers] == [
        (409, "1", "/docs/problems/idempotency-key-in-use")
    ]
    assert emails_of(acme) == []


def test_stored_response_belongs_to_the_tenant(acme, api):
    created = api.post("/api/v1/customers/", ADA, headers=KEY)

    with tenant_scope(acme):
        row = IdempotencyKey.objects.get()
    assert (row.key, row.status, row.body.encode()) == (KEY["Idempotency-Key"], 201, created.content)
