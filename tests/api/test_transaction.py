from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy import keys
from apps.tenancy.scope import current_tenant, tenant_scope
from config import urls as project_urls
from tests.conftest import Api
from tests.support.concurrency import at_once

attempts: Counter[str] = Counter()
crossings: list[int] = []
meeting = threading.Barrier(2, timeout=10)


def create_ada() -> None:
    Customer.objects.create(email="ada@example.com", name="Ada")


def execute(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone() if cursor.description else None


def aborted(request, condition, times):
    """Raise an error of PostgreSQL's in the first `times` attempts."""
    create_ada()
    attempts["aborted"] += 1
    if attempts["aborted"] <= times:
        execute(f"DO $$ BEGIN RAISE {condition}; END $$")
    return JsonResponse({"attempt": attempts["aborted"], "body": request.body.decode()}, status=201)


def non_atomic(request):
    """Commit one transaction, then let PostgreSQL abort a second one."""
    attempts["non-atomic"] += 1
    with tenant_scope(current_tenant()):
        create_ada()
    with tenant_scope(current_tenant()):
        execute("DO $$ BEGIN RAISE deadlock_detected; END $$")


def crossing(request, first, second):
    """Update two customers, waiting in between for a request that updates them in the opposite order: a deadlock."""
    crossings.append(first)
    Customer.objects.filter(pk=first).update(name=f"{first} then {second}")
    if len(crossings) <= 2:
        meeting.wait()
    Customer.objects.filter(pk=second).update(name=f"{first} then {second}")
    return JsonResponse({})


def killed(request, when):
    """Lose the connection, either before a further statement or before COMMIT."""
    create_ada()
    (pid,) = execute("SELECT pg_backend_pid()")

    def kill() -> None:
        execute("SELECT pg_terminate_backend(%s, 5000)", pid)
        connection.close()

    killer = threading.Thread(target=kill)
    killer.start()
    killer.join()
    if when == "within":
        Customer.objects.count()
    return JsonResponse({}, status=201)


def swallowing(request, how):
    """Ignore a database error and answer 201."""
    create_ada()
    try:
        if how == "statement":
            execute("SELECT 1 / 0" if connection.vendor == "postgresql" else "SELECT nonsense")
        else:
            Customer.objects.bulk_create([Customer(email="ada@example.com", name="Ada")])
    except (DatabaseError, IntegrityError):
        pass
    return JsonResponse({}, status=201)


urlpatterns = [
    path("api/v1/aborted/<condition>/<int:times>/", csrf_exempt(aborted)),
    path("api/v1/in-parts/", transaction.non_atomic_requests(csrf_exempt(non_atomic))),
    path("api/v1/crossing/<int:first>/<int:second>/", csrf_exempt(crossing)),
    path("api/v1/killed/<when>/", csrf_exempt(killed)),
    path("api/v1/swallowing/<how>/", csrf_exempt(swallowing)),
    *project_urls.urlpatterns,
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_attempts() -> None:
    attempts.clear()
    crossings.clear()


def customers_of(tenant: Any) -> int:
    with tenant_scope(tenant):
        return Customer.objects.count()


@pytest.mark.postgresql
@pytest.mark.parametrize("condition", ["deadlock_detected", "serialization_failure"])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_aborted_transaction_is_retried(acme, api, condition, times, headers):
    response = api.post(f"/api/v1/aborted/{condition}/{times}/", {"sent": "once"}, headers=headers)

    assert (response.status_code, response.json()) == (201, {"attempt": times + 1, "body": '{"sent": "once"}'})
    assert customers_of(acme) == 1


@pytest.mark.postgresql
def test_exhausted_retries_return_503(acme, api):
    response = api.post("/api/v1/aborted/deadlock_detected/99/")

    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert (response["Retry-After"], attempts["aborted"], customers_of(acme)) == ("1", 4, 0)


@pytest.mark.postgresql
@pytest.mark.parametrize(("condition", "status"), [("division_by_zero", 500), ("lock_not_available", 503)])
def test_other_errors_are_not_retried(acme, api, condition, status):
    response = api.post(f"/api/v1/aborted/{condition}/1/")

    assert (response.status_code, attempts["aborted"], customers_of(acme)) == (status, 1, 0)


@pytest.mark.postgresql
def test_non_atomic_view_is_not_retried(acme, api):
    response = api.post("/api/v1/in-parts/")

    assert (response.status_code, attempts["non-atomic"], customers_of(acme)) == (503, 1, 1)


@pytest.mark.postgresql
def test_deadlock_is_retried_without_the_clients_notice(acme):
    key = keys.issue_key(tenant=acme)
    with tenant_scope(acme):
        one, other = (baker.make(Customer).pk for _ in range(2))
    addresses = [f"/api/v1/crossing/{one}/{other}/", f"/api/v1/crossing/{other}/{one}/"]

    statuses = at_once(2, lambda n: Api(key).post(addresses[n]).status_code)

    with tenant_scope(acme):
        names = set(Customer.objects.values_list("name", flat=True))
    assert (statuses, len(crossings)) == ([200, 200], 3)
    assert len(names) == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("when", ["within", "before COMMIT"])
def test_a_lost_connection_is_a_503_and_the_next_request_is_served(acme, api, when):
    lost = api.post(f"/api/v1/killed/{when}/")
    after = api.get("/api/v1/customers/")

    assert (lost.status_code, lost["Content-Type"], lost["Retry-After"]) == (503, "application/problem+json", "1")
    assert (after.status_code, after.json()["results"]) == (200, [])


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}], ids=["no key", "key"])
@pytest.mark.parametrize("how", ["statement", "bulk_create"])
def test_swallowed_database_error_is_a_500_unless_the_row_is_stored(acme, api, how, headers):
    response = api.post(f"/api/v1/swallowing/{how}/", headers=headers)

    # SQLite continues the transaction after a failed statement, and keeps what was written before it.
    kept = connection.vendor == "sqlite" and how == "statement"
    assert (response.status_code, customers_of(acme)) == ((201, 1) if kept else (500, 0))
