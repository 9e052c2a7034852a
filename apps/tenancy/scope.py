"""The scope: which tenant the running code acts for.

Two context variables hold it. Only the scopes below set them, and they are read when SQL is compiled (see `owned`). On
PostgreSQL the scope also sets the tenant in the database, for the transaction only: a setting of the session would
reach the next client behind a pooler.
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

# What the policies of row security read (see `isolation`).
SETTING = "app.tenant_id"
# A read waits for no row lock, so its statements may take longer than the role's limit (`deploy/roles.sql`).
_READ_LIMIT = "set_config('statement_timeout', '10s', true)"

_tenant: ContextVar[Tenant | None] = ContextVar("tenant", default=None)
# The connection on whose transaction a scope has set the tenant. Threads and tasks may inherit this variable, but have
# other connections.
_connection: ContextVar[BaseDatabaseWrapper | None] = ContextVar("connection", default=None)
# True while a statement is compiled that will run for every tenant (see `compiled`).
_compiling: ContextVar[bool] = ContextVar("compiling", default=False)


class TenantNotSet(RuntimeError):
    """A tenant's rows were accessed outside `tenant_scope`."""


class TenantMismatch(RuntimeError):
    """One tenant's scope was asked to act for another tenant."""


def current_tenant() -> Tenant:
    """Return the tenant of the current scope. Raises TenantNotSet outside of one."""
    tenant = _tenant.get()
    if tenant is None:
        raise _not_set()
    return tenant


def current_tenant_id() -> int | None:
    """Return the id of the current scope's tenant, None outside of one: the default of a new row, checked on saving."""
    tenant = _tenant.get()
    if tenant is None and _compiling.get():
        raise _not_set()
    return tenant.pk if tenant else None


def require_tenant(connection: BaseDatabaseWrapper) -> Tenant:
    """Return the tenant whose rows a statement on `connection` may access now.

    Raises TenantNotSet where the scope has no transaction on it: PostgreSQL would return no rows, which looks like an
    empty table.
    """
    tenant = current_tenant()
    if _connection.get() is not connection:
        raise TenantNotSet("The scope has no transaction here: wrap the call in `with tenant_scope(tenant):` again.")
    return tenant


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

    `atomic=False` opens none: the tenant is named, and its rows are reached in scopes inside, each of which commits.
    Scopes of the same tenant nest. Another tenant's raises TenantMismatch: a mistake there would be a leak, and a
    setting of the transaction could not be put back when only the inner block's savepoint ends.
    """
    with _act_for(tenant, transaction.atomic() if atomic else None):
        yield tenant


@contextmanager
def snapshot_scope(tenant: Tenant) -> Iterator[Tenant]:
    """Act for `tenant` inside the block, whose statements all see one state of the database and wait for no writer.

    An order and its items are two statements; without this a write between them would show a total that is not its
    items'. The block only reads: PostgreSQL refuses a write, both refuse a transaction inside it. Inside a transaction
    that is already running it is a scope like any other.
    """
    with _act_for(tenant, None if connection.in_atomic_block else _snapshot(tenant)):
        yield tenant


def allow_slow_statements() -> None:
    """Switch PostgreSQL's statement_timeout off until the running transaction ends, for maintenance of many rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


@contextmanager
def _act_for(tenant: Tenant, new_transaction: AbstractContextManager[None] | None) -> Iterator[None]:
    outer = _tenant.get()
    if outer is not None and outer.pk != tenant.pk:
        raise TenantMismatch(f"Tenant {tenant.slug!r} was asked for inside the scope of {outer.slug!r}.")
    here = connections[DEFAULT_DB_ALIAS]
    is_outermost = _connection.get() is not here and (new_transaction is not None or here.in_atomic_block)
    token = _tenant.set(tenant)
    try:
        with new_transaction or nullcontext(), _with_connection(tenant) if is_outermost else nullcontext():
            yield
    finally:
        _tenant.reset(token)
        # The transaction goes on without us. If it refuses this it is broken, and a rollback undoes the setting.
        if is_outermost and here.in_atomic_block:
            with suppress(DatabaseError):
                _set_tenant_of_transaction("")


@contextmanager
def _with_connection(tenant: Tenant) -> Iterator[None]:
    if connection.in_atomic_block:  # A snapshot has set it already.
        _set_tenant_of_transaction(str(tenant.pk))
    token = _connection.set(connections[DEFAULT_DB_ALIAS])
    try:
        yield
    finally:
        # Before COMMIT: what `on_commit` then runs is in no transaction.
        _connection.reset(token)


def _set_tenant_of_transaction(tenant_id: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT set_config('{SETTING}', %s, true)", [tenant_id])


@contextmanager
def _snapshot(tenant: Tenant) -> Iterator[None]:
    # By hand: on SQLite Django's own transactions are IMMEDIATE, which wait for writers, and on PostgreSQL they would
    # take two more round trips.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One round trip, so no parameter: with one, a cursor that binds on the server takes one statement.
            set_tenant = f"SELECT set_config('{SETTING}', '{tenant.pk:d}', true), {_READ_LIMIT}"
            cursor.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {set_tenant}")
        else:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
