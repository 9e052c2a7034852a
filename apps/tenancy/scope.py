"""The scope: which tenant the running code acts for, and which database its statements use.

Two context variables hold it. Only the scopes below set them, and they are read when SQL is compiled (see `owned`). On
PostgreSQL the scope also sets the tenant in the database, for the transaction only: behind a pooler, a setting of the
session would leak to the next client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    from apps.tenancy.models import Tenant

# The setting that the row security policies read (see `isolation`).
SETTING = "app.tenant_id"
# A read holds up no writer, so its statements may take longer than the role's limit (`deploy/roles.sql`).
_READ_LIMIT = "set_config('statement_timeout', '10s', true)"

_tenant: ContextVar[Tenant | None] = ContextVar("tenant", default=None)
# The connection in whose transaction a scope has set the tenant. Threads and tasks may inherit this variable, but not
# the connection.
_connection: ContextVar[BaseDatabaseWrapper | None] = ContextVar("connection", default=None)
# True while compiling a statement that will run for every tenant (see `compiled`).
_compiling: ContextVar[bool] = ContextVar("compiling", default=False)


class TenantNotSet(RuntimeError):
    """A tenant's rows were accessed outside `tenant_scope`."""


class TenantMismatch(RuntimeError):
    """One tenant's scope was asked to act for another tenant."""


def current_tenant() -> Tenant:
    """Return the tenant of the current scope. Raises TenantNotSet outside a scope."""
    tenant = _tenant.get()
    if tenant is None:
        raise _not_set()
    return tenant


def current_tenant_id() -> int | None:
    """Return the current tenant's id, or None outside a scope.

    Used as the default of `tenant_id`; None is refused when the row is saved.
    """
    tenant = _tenant.get()
    if tenant is None and _compiling.get():
        raise _not_set()
    return tenant.pk if tenant else None


def require_tenant(connection: BaseDatabaseWrapper) -> Tenant:
    """Return the tenant whose rows a statement on `connection` may access now.

    Raises TenantNotSet where the scope has no transaction on that connection: PostgreSQL would return no rows, as if
    the table were empty.
    """
    tenant = current_tenant()
    if _connection.get() is not connection:
        raise TenantNotSet("The scope has no transaction here: wrap the call in `with tenant_scope(tenant):` again.")
    return tenant


def current_connection() -> BaseDatabaseWrapper:
    """Return this thread's connection to the scope's database; outside a scope, to the default one."""
    connection = _connection.get()
    return connections[connection.alias if connection else DEFAULT_DB_ALIAS]


def compiles_for_every_tenant() -> bool:
    """Whether a statement is being compiled that will run for every tenant."""
    return _compiling.get()


@contextmanager
def compiling_for_every_tenant() -> Iterator[None]:
    """Set no tenant inside the block, so that a statement compiled there cannot hold a value of one tenant's scope."""
    tenant, compiling = _tenant.set(None), _compiling.set(True)
    try:
        yield
    finally:
        _compiling.reset(compiling)
        _tenant.reset(tenant)


def _not_set() -> TenantNotSet:
    if not _compiling.get():
        return TenantNotSet("No tenant is set: wrap the call in `with tenant_scope(tenant):`.")
    return TenantNotSet(
        "This queryset is compiled once for all tenants (see apps/database/compiled.py), so it cannot hold the current "
        "tenant, its time zone or another value of the scope. Take the value from the row, as in "
        'F("tenant__timezone"), pass it as a Parameter, or do not compile the queryset.'
    )


@contextmanager
def tenant_scope(tenant: Tenant, *, atomic: bool = True) -> Iterator[Tenant]:
    """Act for `tenant` inside the block, in one transaction.

    With `atomic=False` no transaction is opened. The tenant is set, but its rows can be accessed only in nested scopes,
    each with a transaction of its own. Scopes of the same tenant nest. Another tenant's scope raises TenantMismatch: a
    mistake there would be a leak, and the transaction's setting would not revert when the inner savepoint is released.
    """
    here = current_connection()
    with _act_for(tenant, here, transaction.atomic(here.alias) if atomic else None):
        yield tenant


@contextmanager
def snapshot_scope(tenant: Tenant, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Tenant]:
    """Act for `tenant` inside the block, whose statements all read one snapshot of the database `using`.

    They wait for no writer.

    An order and its items are read by two statements. Without a snapshot, a write committed between them would make
    the total disagree with the items. The block may only read: PostgreSQL refuses writes, and both databases refuse a
    nested transaction. Inside a running transaction of that database this is an ordinary scope.
    """
    here = connections[using]
    with _act_for(tenant, here, None if here.in_atomic_block else _snapshot(tenant, here)):
        yield tenant


def allow_slow_statements() -> None:
    """Switch PostgreSQL's statement_timeout off until the running transaction ends, for maintenance of many rows."""
    here = current_connection()
    if here.vendor == "postgresql":
        with here.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def forget_plans() -> None:
    """Make PostgreSQL plan again for triggers and foreign keys: plans made for small tables are sequential scans."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")


@contextmanager
def _act_for(
    tenant: Tenant, here: BaseDatabaseWrapper, new_transaction: AbstractContextManager[None] | None
) -> Iterator[None]:
    outer = _tenant.get()
    if outer is not None and outer.pk != tenant.pk:
        raise TenantMismatch(f"Tenant {tenant.slug!r} was asked for inside the scope of {outer.slug!r}.")
    is_outermost = _connection.get() is not here and (new_transaction is not None or here.in_atomic_block)
    token = _tenant.set(tenant)
    try:
        with new_transaction or nullcontext(), _with_connection(tenant, here) if is_outermost else nullcontext():
            yield
    finally:
        _tenant.reset(token)
        # The outer transaction continues after this scope, so clear the setting. If that fails, the transaction is
        # already aborted and its rollback clears it.
        if is_outermost and here.in_atomic_block:
            with suppress(DatabaseError):
                _set_tenant_of_transaction(here, "")


@contextmanager
def _with_connection(tenant: Tenant, here: BaseDatabaseWrapper) -> Iterator[None]:
    if here.in_atomic_block:  # _snapshot() has set it already.
        _set_tenant_of_transaction(here, str(tenant.pk))
    token = _connection.set(here)
    try:
        yield
    finally:
        # Reset before COMMIT, because `on_commit` callbacks run outside the transaction.
        _connection.reset(token)


def _set_tenant_of_transaction(here: BaseDatabaseWrapper, tenant_id: str) -> None:
    if here.vendor == "postgresql":
        with here.cursor() as cursor:
            cursor.execute(f"SELECT set_config('{SETTING}', %s, true)", [tenant_id])


@contextmanager
def _snapshot(tenant: Tenant, here: BaseDatabaseWrapper) -> Iterator[None]:
    # Not `transaction.atomic()`: on SQLite it is BEGIN IMMEDIATE, which waits for writers, and on PostgreSQL it would
    # take two more round trips.
    with here.cursor() as cursor:
        if here.vendor == "postgresql":
            # One round trip for both statements. A server-side-binding cursor accepts only one statement when it has
            # parameters, so the id is inlined.
            set_tenant = f"SELECT set_config('{SETTING}', '{tenant.pk:d}', true), {_READ_LIMIT}"
            cursor.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {set_tenant}")
        else:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
