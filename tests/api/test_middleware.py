from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from model_bakery import baker
from rest_framework.decorators import api_view
from rest_framework.response import Response

from apps.customers.models import Customer
from apps.orders.models import Order
from apps.tenancy.scope import current_tenant, tenant_scope
from config import urls as project_urls


def created_then(status: int):
    def view(request):
        Customer.objects.create(email="ada@example.com", name="Ada")
        return JsonResponse({}, status=status)

    return view


def raising(error: Exception):
    def view(request):
        Customer.objects.create(email="ada@example.com", name="Ada")
        raise error

    return view


@api_view(["POST"])
def rendering_fails(request):
    Customer.objects.create(email="ada@example.com", name="Ada")
    return Response(object(), status=201)


def dangling_row(request):
    """Violate a deferred constraint, which the database checks at COMMIT."""
    customer = Customer.objects.create(email="ada@example.com", name="Ada")
    Order.objects.create(customer_id=customer.pk + 1)
    return JsonResponse({}, status=201)


def counted_twice(request):
    """Count rows twice, while another connection commits one in between."""
    tenant = current_tenant()

    def write() -> None:
        with tenant_scope(tenant):
            Customer.objects.create(email="ada@example.com", name="Ada")
        connection.close()

    before = Customer.objects.count()
    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
    return JsonResponse({"before": before, "after": Customer.objects.count()})


def in_transaction(request):
    return HttpResponse(str(connection.in_atomic_block))


def api_path(name: str, view):
    # DRF's views are exempt too.
    return path(f"api/v1/{name}/", csrf_exempt(view))


urlpatterns = [
    api_path("created", created_then(201)),
    api_path("refused", created_then(400)),
    api_path("bug", raising(ValueError("secret of the inside"))),
    api_path("integrity", raising(IntegrityError("secret of the inside"))),
    api_path("unavailable", raising(OperationalError("secret of the inside"))),
    api_path("interface", raising(InterfaceError("secret of the inside"))),
    api_path("internal", raising(InternalError("secret of the inside"))),
    api_path("rendering", rendering_fails),
    api_path("dangling", dangling_row),
    api_path("counted-twice", counted_twice),
    api_path("in-transaction", in_transaction),
    api_path("commits-itself", transaction.non_atomic_requests(lambda request: in_transaction(request))),
    *project_urls.urlpatterns,
]
own_urls = pytest.mark.urls(__name__)


def customers_of(tenant) -> int:
    with tenant_scope(tenant):
        return Customer.objects.count()


@own_urls
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "status", "rows"),
    [
        ("created", 201, 1),
        ("refused", 400, 0),
        ("bug", 500, 0),
        ("integrity", 500, 0),
        ("unavailable", 503, 0),
        ("interface", 503, 0),
        ("internal", 503, 0),
        ("rendering", 500, 0),
        ("dangling", 409, 0),
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_response_of_400_or_more_rolls_back(acme, api, settings, log, address, status, rows, debug):
    settings.DEBUG = debug

    response = api.post(f"/api/v1/{address}/")

    assert (response.status_code, customers_of(acme)) == (status, rows)
    assert b"secret" not in response.content
    if status >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["request_id"] == response["X-Request-ID"]
    assert [(line["request_id"], line["status"]) for line in log.lines] == [(response["X-Request-ID"], status)]


@own_urls
@pytest.mark.django_db(transaction=True)
def test_only_writes_open_an_atomic_block(api):
    answers = [api.get("/api/v1/in-transaction/").content, api.post("/api/v1/in-transaction/").content]

    assert answers == [b"False", b"True"]


@own_urls
@pytest.mark.django_db(transaction=True)
def test_read_requests_see_one_snapshot(acme, api):
    assert api.get("/api/v1/counted-twice/").json() == {"before": 0, "after": 0}
    assert customers_of(acme) == 1


@own_urls
@pytest.mark.django_db(transaction=True)
def test_non_atomic_view_runs_outside_a_transaction(api):
    assert api.post("/api/v1/commits-itself/").content == b"False"


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/api/v1/orders", "There is nothing at this address. Did you mean /api/v1/orders/ ?"),
        ("/api/v1/docs/", "There is nothing at this address. Did you mean /api/v1/docs ?"),
        ("/api/v1/ordrs/", "There is nothing at this address."),
        ("/api/v1/orders/abc/", "There is nothing at this address."),
        ("/api/v1/orders/-1/", "There is nothing at this address."),
        (f"/api/v1/orders/{'9' * 5000}/", "There is nothing at this address."),
        ("/api/v1/orders/1%00/", "There is nothing at this address."),
        ("/api/v2/orders/", "There is nothing at this address."),
        ("/api/", "There is nothing at this address."),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_a_problem(api, settings, debug, address, detail, method):
    settings.DEBUG = debug

    response = getattr(api, method)(address)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json() == {
        "type": "/docs/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": detail,
        "request_id": response["X-Request-ID"],
    }


@pytest.mark.parametrize("pk", [1, 2**63 - 1, 2**63, 10**30])
def test_missing_id_of_any_size_is_404(api, pk):
    details = [api.get(f"/api/v1/{noun}/{pk}/").json()["detail"] for noun in ("customers", "orders", "items")] + [
        api.post(f"/api/v1/orders/{pk}/cancel/").json()["detail"]
    ]

    assert details == ["No such customer.", "No such order.", "No such item.", "No such order."]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "detail"),
    [
        (b" " * (10 * 1024 * 1024), "application/json", 413, "The body is larger than 1048576 bytes."),
        (b"{", "application/json", 400, "JSON parse error"),
        (b"\xff", "application/json", 400, "JSON parse error"),
        (b'{"name": NaN}', "application/json", 400, "JSON parse error"),
        (b"[" * 100_000, "application/json", 400, "JSON parse error - nested more than 32 levels deep"),
        (b'{"email": 1e400}', "application/json", 400, "JSON parse error - 1e400 is no number that JSON can hold"),
        (b'{"name": 1, "name": 2}', "application/json", 400, "JSON parse error - an object names a field twice"),
        (b"9" * 10_000, "application/json", 400, "JSON parse error"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "Unsupported media type"),
        (b"<a/>", "text/xml", 415, "Unsupported media type"),
        (b"[]", "application/json", 400, "The request is not valid"),
        (b'"text"', "application/json", 400, "The request is not valid"),
        (b"null", "application/json", 400, "The request is not valid"),
    ],
)
def test_unreadable_body_is_a_problem(acme, api, body, content_type, status, detail):
    response = api.post("/api/v1/customers/", body, content_type)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["detail"].startswith(detail)
    assert customers_of(acme) == 0


@pytest.mark.parametrize("debug", [True, False])
def test_disallowed_host_is_a_problem(api, settings, debug):
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["orders.example.com"]

    response = api.get("/api/v1/orders/", headers={"Host": "evil.example.com"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_unsupported_method_is_405_with_allow(api):
    response = api.put("/api/v1/orders/")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/api/v1/customers/?nothing=1", "GET, POST, HEAD"),
        ("/api/v1/customers/1/", "GET, PATCH, DELETE, HEAD"),
        ("/api/v1/customers/1/orders/", "GET, HEAD"),
        ("/api/v1/orders/1/pay/", "POST"),
        ("/api/v1/reporting/summary/", "GET, HEAD"),
        ("/api/v1/schema", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "PROPFIND"])
def test_unsupported_method_is_refused_before_every_other_check(client, address, allowed, method):
    """The request has no key, a bad parameter and a bad body, none of which is reported first."""
    response = client.generic(method, address, "{", "application/json", secure=True)

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == allowed


@pytest.mark.parametrize("address", ["/api/v1/orders/", "/api/v1/nowhere/", "/healthz", "/nowhere", "/api/v1/docs"])
def test_every_response_has_a_request_id(api, address):
    first, second = api.get(address)["X-Request-ID"], api.get(address)["X-Request-ID"]

    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize(
    ("request_id", "kept"), [("client-id_1.2", True), ("short", False), ("x" * 65, False), ("white space", False)]
)
def test_client_request_id_is_kept_if_it_is_safe(api, request_id, kept):
    response = api.get("/api/v1/orders/", headers={"X-Request-ID": request_id})

    assert (response["X-Request-ID"] == request_id) is kept


def test_server_timing_counts_the_views_statements_in_development(api, settings, in_acme):
    baker.make("orders.Item", quantity=1, unit_price_cents=1)

    in_production = api.get("/api/v1/orders/")
    settings.DEBUG = True
    in_development = api.get("/api/v1/orders/")

    assert "Server-Timing" not in in_production
    # 1. orders with their customers  2. their items. The key's look-up and the transaction are not counted.
    assert 'desc="2 statements"' in in_development["Server-Timing"]
