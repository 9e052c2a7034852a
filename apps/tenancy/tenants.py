"""Create, change and delete tenants. `exporting` and `importing` move their rows."""

from typing import Any

from django.db import DatabaseError, connection

from apps.tenancy.isolation import children_first, tenant_owned_models
from apps.tenancy.models import ApiKey, Tenant
from apps.tenancy.scope import allow_slow_statements, tenant_scope


class TenantNotDeleted(Exception):
    """Other rows refer to the tenant's rows, or the database refused the deletion."""


def create_tenant(*, slug: str, name: str, timezone: str) -> Tenant:
    """Write one Tenant. Raises ValidationError."""
    tenant = Tenant(slug=slug, name=name, timezone=timezone)
    tenant.full_clean()
    tenant.save()
    return tenant


def rename_tenant(*, tenant: Tenant, slug: str, name: str) -> None:
    """Write slug and name of one Tenant; its id, which rows and keys refer to, stays. Raises ValidationError."""
    tenant.slug, tenant.name = slug, name
    tenant.full_clean()
    tenant.save(update_fields=["slug", "name"])


def set_active(*, tenant: Tenant, is_active: bool) -> None:
    """Suspend or resume a tenant; every process refuses or accepts its keys within 5 seconds. Writes one Tenant."""
    tenant.is_active = is_active
    tenant.save(update_fields=["is_active"])


def delete_tenant(*, tenant: Tenant) -> dict[str, int]:
    """Delete a tenant with all its rows and API keys, in one transaction, and return the number of rows per model.

    One DELETE per table, children first; triggers delete the rows that the database maintains. The lock on the tenant
    waits for transactions that are adding rows, and later ones fail on their foreign key. Raises TenantNotDeleted.
    """
    owned: list[Any] = tenant_owned_models()
    models: list[Any] = children_first(model for model in owned if not model.kept_by_database)
    try:
        # On SQLite, check foreign keys once, at the end. They do not include the tenant, which every index starts with,
        # so each deleted parent would scan the children of all tenants.
        with connection.constraint_checks_disabled(), tenant_scope(tenant):
            allow_slow_statements()
            Tenant.objects.select_for_update().get(pk=tenant.pk)
            # Django's delete() would first load every row to find what refers to it, which is deleted already.
            deleted = {model._meta.label: model.objects.all()._raw_delete(connection.alias) for model in models}
            deleted[ApiKey._meta.label] = ApiKey.objects.filter(tenant=tenant).delete()[0]
            # TenantField is PROTECT, so a remaining row of any model raises ProtectedError.
            Tenant.objects.filter(pk=tenant.pk).delete()
            connection.check_constraints()
    except (DatabaseError, Tenant.DoesNotExist) as error:
        # Not str(error): of a ProtectedError it includes the rows, which cannot be read outside the scope.
        reason = str(error.args[0]).splitlines()[0].rstrip(".")
        raise TenantNotDeleted(
            f"Nothing was deleted: {reason}. If the tenant is in use, suspend it first. Other rows that refer to it "
            "may belong to an app that is not installed."
        ) from error
    return deleted
