"""Which tenant the running code acts for.

One context variable holds the tenant; it is set by `tenant_scope` alone and read when SQL is compiled (see `owned`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import transaction

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
