"""The first wall, on every database: base class, manager and field of the models whose rows belong to a tenant.

The tenant is resolved when SQL is compiled, not when a queryset is built. So every path to the database (subqueries,
`exists`, unions, async, bulk, related managers) is covered and raises TenantNotSet without a scope; overriding methods
one by one would leave gaps.
"""

from functools import cache
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models.expressions import Expression
from django.db.models.sql import Query

from apps.tenancy.models import Tenant
from apps.tenancy.scope import (
    TenantMismatch,
    compiles_for_every_tenant,
    current_tenant,
    current_tenant_id,
    require_tenant,
)


class CurrentTenant(Expression):
    """The current tenant's id, resolved when the statement is compiled. Raises TenantNotSet outside a scope.

    In a statement that is compiled for every tenant, this object itself is the parameter (see `compiled`).
    """

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any]]:
        return "%s", (self if compiles_for_every_tenant() else require_tenant(connection).pk,)


# A single instance: Django computes the signature by which it compares expressions once per instance.
CURRENT_TENANT = CurrentTenant()


class TenantField(models.ForeignKey):
    """The owner of a row: set to the current tenant when the row is written; another tenant is refused.

    Both happen where INSERT and UPDATE are compiled, so save, create, update and their bulk forms share one rule.
    Raises TenantNotSet outside a scope, TenantMismatch for another tenant.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", Tenant)
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("default", current_tenant_id)
        kwargs.setdefault("editable", False)
        # Every index and unique constraint begins with the tenant, so an index on it alone would be redundant.
        kwargs.setdefault("db_index", False)
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, current_tenant().pk)
        return super().pre_save(model_instance, add)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            raise TenantMismatch("A row's tenant cannot be set to an expression.")
        tenant = require_tenant(connection)
        if value != tenant.pk:
            raise TenantMismatch(f"A row of tenant {value} cannot be written in the scope of {tenant.slug!r}.")
        return super().get_db_prep_save(value, connection)


class TenantQuerySet(models.QuerySet):
    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: hand-written SQL would not be filtered by tenant."""
        raise TypeError("raw() would read every tenant's rows; use the ORM.")

    def bulk_create(
        self,
        objs: Any,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        """Insert as Django does. An upsert must match rows by tenant too, or it could overwrite another tenant's."""
        if update_conflicts and "tenant" not in (unique_fields or ()):
            raise TypeError("An upsert needs `tenant` among its unique_fields.")
        return super().bulk_create(objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]  # a class made at run time
    def get_queryset(self) -> models.QuerySet:
        # From a query that is built once: adding the condition takes longer than all the rest of a manager's work.
        return self._queryset_class(self.model, _own_rows(self.model).chain(), self._db, self._hints)


@cache
def _own_rows(model: type[models.Model]) -> Query:
    return models.QuerySet(model).filter(tenant=CURRENT_TENANT).query


class TenantOwned(models.Model):
    """Base of every business model: a `tenant` column, and a manager limited to the current tenant's rows."""

    tenant = TenantField()

    objects: ClassVar[models.Manager] = TenantManager()
    # True if only triggers write and delete the rows, from rows of other models.
    kept_by_database: ClassVar[bool] = False
    # False if `exporting` skips the rows, because they have no meaning elsewhere; foreign keys to them become null.
    exported: ClassVar[bool] = True

    class Meta:
        abstract = True
        # Django uses the base manager in refresh_from_db, UPDATE, related objects and delete.
        base_manager_name = "objects"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row. Raises TenantMismatch for another tenant's row, DoesNotExist if it is gone.

        Django would delete by primary key alone, without a manager's filter.
        """
        if self.tenant_id != current_tenant().pk:
            raise TenantMismatch(f"{self!r} belongs to another tenant.")
        deleted = type(self)._base_manager.filter(pk=self.pk).delete()
        if not deleted[0]:
            raise type(self).DoesNotExist(f"There is no {self!r} to delete.")
        return deleted
