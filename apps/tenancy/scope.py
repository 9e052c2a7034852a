"""Which tenant the running code acts for.

One context variable holds the tenant; it is set by `tenant_scope` alone and read when SQL is compiled (see `owned`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from apps.tenancy.models import Tenant

_tenant: ContextVar[Tenant | None] = ContextVar("tenant", default=None)


class TenantNotSet(RuntimeError):
    """A tenant's rows were reached for outside `tenant_scope`."""


class TenantMismatch(RuntimeError):
    """One tenant's scope was asked to act for another tenant."""


def current_tenant() -> Tenant:
    """The tenant of the running scope; raises TenantNotSet outside of one."""
    tenant = _tenant.get()
    if tenant is None:
        raise TenantNotSet("No tenant is set: wrap the call in `with tenant_scope(tenant):`.")
    return tenant


def current_tenant_id() -> int | None:
    """Id of the running scope's tenant, None outside of one: the default of a new row, checked when it is saved."""
    tenant = _tenant.get()
    return tenant.pk if tenant else None


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Let every statement of the block see one state of the database, waiting for no writer.

    An order and its items are two statements; without this a write between them would show a total that is not its
    items'. The block only reads: PostgreSQL refuses a write, SQLite a transaction inside it. Inside a transaction that
    is already running it does nothing.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django's own transactions here are IMMEDIATE, which wait for writers.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def tenant_scope(tenant: Tenant, *, atomic: bool = True) -> Iterator[Tenant]:
    """Act for `tenant` inside the block, in one transaction unless `atomic` is false.

    Scopes of the same tenant nest. Another tenant's raises TenantMismatch: a mistake there would be a leak, and a
    setting of the transaction could not be put back when only the inner block's savepoint ends.
    """
    outer = _tenant.get()
    if outer is not None and outer.pk != tenant.pk:
        raise TenantMismatch(f"Tenant {tenant.slug!r} was asked for inside the scope of {outer.slug!r}.")
    token = _tenant.set(tenant)
    try:
        with transaction.atomic() if atomic else nullcontext():
            yield tenant
    finally:
        _tenant.reset(token)
