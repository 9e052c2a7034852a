"""A recorded list finds the rows of its queryset, and lists that differ only in values share one statement."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db.models import F, Q, QuerySet, Value
from model_bakery import baker

from apps.customers.models import Customer
from apps.database import recorded
from apps.database.recorded import TEXT, Recorded, narrow
from apps.idempotency.models import IdempotencyKey
from apps.orders.models import Order
from apps.orders.selectors import order_list
from apps.tenancy.scope import TenantNotSet, current_tenant, tenant_scope

MAY = datetime(2026, 5, 1, tzinfo=timezone.utc)
# Lookups, the orders that they find, and whether they are recorded.
LOOKUPS = {
    "number": (lambda: {"total_cents": 200}, [2], True),
    "range": (lambda: {"total_cents__gt": 100, "total_cents__lte": 300}, [2, 3], True),
    "time": (lambda: {"created_at__gte": MAY + timedelta(days=2)}, [2, 3], True),
    "words": (lambda: {"status__in": ["paid", "draft"]}, [1, 2], True),
    "word": (lambda: {"status": "paid"}, [2], True),
    "flag": (lambda: {"archived_at__isnull": True}, [1, 2, 3], True),
    "flag-of-customer": (lambda: {"customer__is_active": True}, [1, 3], True),
    "key": (lambda: {"pk": 2}, [2], True),
    "foreign-key": (lambda: {"customer_id": 1}, [1], True),
    "foreign-key-by-name": (lambda: {"customer": 1}, [1], True),
    "text-of-customer": (lambda: {"customer__email": "a%b_c@example.com"}, [1], True),
    "pattern": (lambda: {"customer__email__contains": "%b_"}, [1], True),
    "pattern-without-match": (lambda: {"customer__email__contains": "a_b"}, [], True),
    "no-value": (lambda: {"archived_at": None}, [1, 2, 3], False),
    "numbers": (lambda: {"customer_id__in": [1, 3]}, [1, 3], False),
    "no-words": (lambda: {"status__in": []}, [], False),
    "row": (lambda: {"customer": Customer.objects.get(pk=1)}, [1], False),
    "subquery": (lambda: {"customer__in": Customer.objects.filter(pk=1)}, [1], False),
    "column": (lambda: {"total_cents": F("id") * 100}, [1, 2, 3], False),
    "expression": (lambda: {"total_cents": Value(200)}, [2], False),
    "large-number": (lambda: {"total_cents__lte": 10**30}, [1, 2, 3], False),
    "text-for-a-number": (lambda: {"total_cents": "200"}, [2], True),
    "number-for-a-text": (lambda: {"status": 1}, [], False),
    "part-of-a-time": (lambda: {"created_at__month": 5}, [1, 2, 3], False),
    "reverse": (lambda: {"items__quantity": 2}, [2], False),
    "reverse-key": (lambda: {"items": 1}, [1], False),
}


@pytest.fixture
def orders(in_acme) -> None:
    emails = ["a%b_c@example.com", "axbyc@example.com", "c@example.com"]
    for n, email in enumerate(emails, start=1):
        customer = baker.make(Customer, pk=n, email=email, is_active=n != 2)
        status, created = ["draft", "paid", "shipped"][n - 1], MAY + timedelta(days=n)
        times = {"created_at": created, "paid_at": created if n > 1 else None, "shipped_at": created if n > 2 else None}
        order = baker.make(Order, pk=n, customer=customer, status=status, total_cents=100 * n, **times)
        baker.make("orders.Item", pk=n, order=order, quantity=n, unit_price_cents=100)


@pytest.fixture
def compiled_anew():
    recorded._statement.cache_clear()
    yield recorded._statement.cache_info
    recorded._statement.cache_clear()


def shown(orders) -> list[int]:
    return sorted(pk for (pk,) in orders.values_list("pk"))


@pytest.mark.parametrize("name", LOOKUPS)
def test_recorded_lookup_finds_the_rows_of_the_queryset(orders, name):
    lookups, expected, is_recorded = LOOKUPS[name]

    found = Recorded(order_list, Order).filter(**lookups())

    assert isinstance(found, Recorded if is_recorded else QuerySet)
    assert shown(found) == shown(order_list().filter(**lookups())) == expected
    if is_recorded:
        assert shown(found.queryset()) == sorted(order.pk for order in found) == expected


def test_json_is_not_compared_as_text(in_acme):
    assert isinstance(Recorded(IdempotencyKey.objects.all, IdempotencyKey).filter(headers__contains="a"), QuerySet)


def test_steps_before_a_lookup_that_is_not_recorded_are_kept(orders):
    found = Recorded(order_list, Order).filter(total_cents__gte=200)

    assert shown(found.filter(Q(status="paid") | Q(status="draft"))) == [2]
    assert shown(found.exclude(status="paid")) == [3]
    assert found.count() == 2


def test_lists_that_differ_in_values_share_a_statement(orders, compiled_anew):
    found = [shown(Recorded(order_list, Order).filter(total_cents__gte=cents)) for cents in (100, 200, 300, 400)]

    assert found == [[1, 2, 3], [2, 3], [3], []]
    assert (compiled_anew().misses, compiled_anew().hits) == (1, 3)


def test_requests_that_differ_in_values_share_a_statement(orders, api, compiled_anew):
    addresses = [f"?status=paid,shipped&min_total_cents={cents}&created_from=2026-05-0{day}" for cents, day in (
        (100, 1), (300, 1), (100, 4), (300, 5)
    )]  # fmt: skip
    pages = [api.get(f"/api/v1/orders/{address}").json()["results"] for address in addresses]

    assert [[order["id"] for order in page] for page in pages] == [[3, 2], [3], [3], []]
    assert (compiled_anew().misses, compiled_anew().hits) == (1, 3)


def test_pages_share_a_statement_for_each_direction(orders, api, compiled_anew):
    for _ in range(3):
        first = api.get("/api/v1/orders/?page_size=1").json()
        second = api.get(first["next"]).json()
        third = api.get(second["next"]).json()
        back = api.get(third["previous"]).json()
        assert [page["results"][0]["id"] for page in (first, second, third, back)] == [3, 2, 1, 2]

    assert compiled_anew().misses == 3


def test_statement_reads_each_tenants_rows_with_its_values(acme, globex):
    found = {}
    for tenant in (acme, globex, acme):
        with tenant_scope(tenant):
            baker.make(Customer, name=tenant.slug, email=f"{baker.random_gen.gen_string(8)}@example.com".lower())
            rows = Recorded(Customer.objects.all, Customer)
            found[tenant.slug] = [[*rows.filter(name=name).values_list("name")] for name in ("acme", "globex")]

    assert found == {"acme": [[("acme",)] * 2, []], "globex": [[], [("globex",)]]}


def test_selector_that_uses_the_scope_is_refused(in_acme):
    with pytest.raises(TenantNotSet):
        Recorded(lambda: Order.objects.filter(tenant=current_tenant()), Order).values_list("pk")


@pytest.mark.parametrize("customers", [0, 1, 2, 3, 4, 5, 8, 9])
def test_padded_keys_repeat_no_order(in_acme, api, customers, compiled_anew):
    for n in range(customers):
        baker.make(Order, customer=baker.make(Customer, email=f"ada{n}@example.com"))
    baker.make(Order, customer=baker.make(Customer, email="other@example.com"))

    page = api.get("/api/v1/orders/?email=ada").json()["results"]

    assert len(page) == customers
    assert {order["customer_email"] for order in page} == {f"ada{n}@example.com" for n in range(customers)}
    assert compiled_anew().misses == (1 if customers else 0)


def test_narrow_runs_a_step_on_a_queryset_at_once(orders):
    def named(rows, lookup, part):
        return rows.filter(**{lookup: part})

    found = narrow(order_list(), named, "customer__email__contains", values=[("xb", TEXT)])

    assert isinstance(found, QuerySet)
    assert (
        shown(found)
        == shown(narrow(Recorded(order_list, Order), named, "customer__email__contains", values=[("xb", TEXT)]))
        == [2]
    )
