"""Insert rows of the current tenant without model instances, which would cost more than the database does."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from psycopg.types.json import Jsonb

from apps.tenancy.owned import TenantField, TenantOwned
from apps.tenancy.scope import require_tenant

# What JSON makes of their values is what the database makes of them: nothing is to be done on saving.
_AS_IT_IS = (models.BooleanField, models.CharField, models.DateTimeField, models.IntegerField, models.TextField)
_ON_SAVING = ("pre_save", "get_prep_value", "get_db_prep_value", "get_db_prep_save")


class _Plan(NamedTuple):
    """How rows of a model are written, of which certain fields are given."""

    statement: str
    defaults: tuple[Any, ...]  # the fields that are not given and have a value all the same; they come last
    prepared: tuple[tuple[int, Any], ...]  # the fields that do something on saving, with their places


def insert_rows(model: type[TenantOwned], names: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Write rows of the current tenant, each the values of the fields `names`, and return their ids in that order.

    The other fields get their defaults, and each field's value is what `save()` would write. A foreign key is an id; a
    time without a zone is UTC.
    Both databases write an array in its order, and return what they wrote in that order.
    Raises TenantNotSet outside of a scope, IntegrityError.
    """
    tenant = require_tenant(connections[DEFAULT_DB_ALIAS])
    plan = _plan(model, names)
    values: list[Any] = list(rows)
    if plan.defaults or plan.prepared:
        values = [[*row, *(field.get_default() for field in plan.defaults)] for row in values]
    for place, field in plan.prepared:
        for row in values:
            row[place] = _saved(field, row[place])
    with connection.cursor() as cursor:
        cursor.execute(plan.statement, [tenant.pk, json.dumps(values, default=_text)])
        return [pk for (pk,) in cursor.fetchall()]


@cache
def _plan(model: type[TenantOwned], names: tuple[str, ...]) -> _Plan:
    given: list[Any] = [model._meta.get_field(name) for name in names]
    defaults = [field for field in model._meta.concrete_fields if field not in given and _has_value(field)]
    fields = [*given, *defaults]
    prepared = [(place, field) for place, field in enumerate(fields) if _does_something_on_saving(field)]
    return _Plan(_statement(model, fields), tuple(defaults), tuple(prepared))


def _statement(model: type[TenantOwned], fields: list[Any]) -> str:
    # One parameter for all rows, JSON, which both databases take apart: a thousand rows have one plan, and none of a
    # thousand values has to be bound. COPY is refused to a role under row security.
    quote, postgresql = connection.ops.quote_name, connection.vendor == "postgresql"
    columns = ", ".join(quote(field.column) for field in fields)
    types = [f"::{field.db_type(connection)}" if postgresql else "" for field in fields]
    # SQLite has ->> from 3.38 on, which is newer than Python 3.10's may be.
    one = "(value ->> {}){}" if postgresql else "json_extract(value, '$[{}]'){}"
    values = ", ".join(one.format(index, kind) for index, kind in enumerate(types))
    source = "jsonb_array_elements(%s::jsonb)" if postgresql else "json_each(%s)"
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} (tenant_id, {columns}) SELECT %s, {values} FROM {source} RETURNING id"


def _has_value(field: Any) -> bool:
    """Whether `save()` writes something into the field of a new row that nothing was assigned to."""
    if isinstance(field, TenantField | models.AutoField) or field.generated or field.has_db_default():
        return False
    return field.has_default() or field.get_default() is not None or _dates_itself(field)


def _does_something_on_saving(field: Any) -> bool:
    if isinstance(field, models.ForeignKey):
        return False
    of_django = all(getattr(type(field), name).__module__.startswith("django.") for name in _ON_SAVING)
    return not (of_django and isinstance(field, _AS_IT_IS)) or _dates_itself(field)


def _dates_itself(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _saved(field: Any, value: Any) -> Any:
    """Return what `save()` would write; the field sees the value where it would on an instance."""
    prepared = field.pre_save(SimpleNamespace(**{field.attname: value}), True)
    return field.get_db_prep_save(prepared, connection)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    if isinstance(value, Jsonb):
        return value.dumps(value.obj)  # type: ignore[misc, return-value]  # Django's field sets it
    if isinstance(value, date | time | Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that can be inserted in bulk.")
