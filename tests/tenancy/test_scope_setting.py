"""The scope sets `app.tenant_id` for the transaction only (as SET LOCAL does).

So nothing leaks to the next user of the connection.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from model_bakery import baker

from apps.customers.models import Customer
from apps.tenancy.models import Tenant
from apps.tenancy.scope import TenantNotSet, snapshot_scope, tenant_scope


class Failure(Exception):
    """An error raised inside a scope."""


def write_and_fail(tenant: Tenant, *, atomic: bool = True) -> None:
    with tenant_scope(tenant, atomic=atomic):
        baker.make(Customer)
        raise Failure


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true)")
        return cursor.fetchone()[0] or ""


def rows() -> int:
    """The number of customers that hand-written SQL sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", [nullcontext, transaction.atomic], ids=["autocommit", "somebody's transaction"])
@pytest.mark.parametrize(
    "reach",
    [
        lambda: Customer.objects.count(),
        lambda: Customer.objects.create(email="ada@example.com"),
        lambda: Customer.objects.update(name="x"),
    ],
    ids=["read", "insert", "update"],
)
def test_rows_in_a_scope_without_a_transaction_of_its_own_are_refused_on_every_database(acme, block, reach):
    """Unrefused, PostgreSQL would return no rows, as if the table were empty; SQLite all of them, until production."""
    with tenant_scope(acme, atomic=False):
        with pytest.raises(TenantNotSet, match="no transaction"), block():
            reach()
        with tenant_scope(acme):
            inside = Customer.objects.count()

    assert inside == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scope", [tenant_scope, snapshot_scope])
def test_setting_is_set_in_the_scope_and_reset_after_its_transaction(acme, scope):
    with scope(acme):
        inside = setting()
    outside = setting()

    assert (inside, outside) == (str(acme.pk), "")


@pytest.mark.postgresql
def test_consecutive_scopes_in_an_outer_transaction_reset_the_setting(acme, globex):
    seen = []

    with transaction.atomic():
        for tenant in (acme, globex, acme):
            with tenant_scope(tenant):
                baker.make(Customer)
                seen.append((setting(), rows()))
            seen.append((setting(), rows()))

    assert seen == [(str(acme.pk), 1), ("", 0), (str(globex.pk), 1), ("", 0), (str(acme.pk), 2), ("", 0)]


@pytest.mark.postgresql
def test_inner_scope_of_the_same_tenant_keeps_the_setting(acme):
    with tenant_scope(acme):
        with tenant_scope(acme):
            baker.make(Customer)
        with snapshot_scope(acme):
            pass

        assert (setting(), rows()) == (str(acme.pk), 1)


@pytest.mark.postgresql
@pytest.mark.parametrize("atomic", [True, False])
def test_failed_scope_in_an_outer_transaction_resets_the_setting(acme, atomic):
    with transaction.atomic():
        with pytest.raises(Failure):
            write_and_fail(acme, atomic=atomic)

        assert (setting(), rows()) == ("", 0)


@pytest.mark.postgresql
def test_failed_inner_scope_keeps_the_outer_scopes_setting(acme):
    with tenant_scope(acme):
        baker.make(Customer)
        with pytest.raises(Failure):
            write_and_fail(acme)

        assert (setting(), rows()) == (str(acme.pk), 1)


@pytest.mark.postgresql
@pytest.mark.parametrize("atomic", [True, False])
def test_scope_with_a_database_error_raises_it_and_resets_the_setting(acme, atomic):
    def divide() -> None:
        with tenant_scope(acme, atomic=atomic), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        divide()

    assert (setting(), rows()) == ("", 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_refuses_to_write(acme):
    with pytest.raises(InternalError, match="read-only transaction"), snapshot_scope(acme):
        baker.make(Customer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_setting_does_not_leak_to_the_next_user_of_the_connection(acme, globex):
    """The pool has one connection, so the next user gets the same one."""
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            baker.make(Customer, _quantity=1 + (tenant == globex))

    seen = []
    for tenant in (acme, None, globex, None):
        if tenant:
            with tenant_scope(tenant):
                seen.append(rows())
        else:
            seen.append(rows())
        connection.close()  # gives it back to the pool

    assert seen == [1, 0, 2, 0]


@pytest.mark.django_db(transaction=True)
def test_thread_has_to_open_its_own_scope(acme):
    """A thread inherits the context variable, but `app.tenant_id` is unset on the thread's own connection."""

    def count() -> int:
        try:
            return Customer.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, tenant_scope(acme), pytest.raises(TenantNotSet, match="no transaction"):
        pool.submit(copy_context().run, count).result()


@pytest.mark.django_db(transaction=True)
def test_on_commit_hook_has_to_open_its_own_scope(acme):
    seen = []

    def on_commit() -> None:
        with pytest.raises(TenantNotSet, match="no transaction"):
            Customer.objects.count()
        with tenant_scope(acme):
            seen.append(Customer.objects.count())

    with tenant_scope(acme):
        baker.make(Customer)
        transaction.on_commit(on_commit)

    assert seen == [1]
