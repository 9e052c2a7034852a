"""Insert rows of the current tenant without creating model instances, which would take longer than the INSERT."""

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

# Field types whose values survive the round trip through JSON unchanged, so they need no get_db_prep_save().
_UNCHANGED = (models.BooleanField, models.CharField, models.DateTimeField, models.IntegerField, models.TextField)
_SAVE_HOOKS = ("pre_save", "get_prep_value", "get_db_prep_value", "get_db_prep_save")


class _Plan(NamedTuple):
    """The INSERT statement for a model and a fixed tuple of field names."""

    statement: str
    defaults: tuple[Any, ...]  # fields that the caller omits and `save()` would fill in; appended after the given ones
    prepared: tuple[tuple[int, Any], ...]  # positions and fields whose values need get_db_prep_save()


def insert_rows(model: type[TenantOwned], names: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Insert rows of the current tenant, given as values of the fields `names`, and return their ids in the same order.

    The other fields get their defaults, and every value is stored as `save()` would store it. Pass a foreign key as an
    id; a time without a zone is UTC. PostgreSQL and SQLite both insert the elements in array order, and RETURNING keeps
    it, so ids match rows. Raises TenantNotSet outside a scope, IntegrityError.
    """
    tenant = require_tenant(connections[DEFAULT_DB_ALIAS])
    plan = _plan(model, names)
    values: list[Any] = list(rows)
    if plan.defaults or plan.prepared:
        values = [[*row, *(field.get_default() for field in plan.defaults)] for row in values]
    for place, field in plan.prepared:
        for row in values:
            row[place] = _prepared(field, row[place])
    with connection.cursor() as cursor:
        cursor.execute(plan.statement, [tenant.pk, json.dumps(values, default=_text)])
        return [pk for (pk,) in cursor.fetchall()]


@cache
def _plan(model: type[TenantOwned], names: tuple[str, ...]) -> _Plan:
    given: list[Any] = [model._meta.get_field(name) for name in names]
    defaults = [field for field in model._meta.concrete_fields if field not in given and _has_value(field)]
    fields = [*given, *defaults]
    prepared = [(place, field) for place, field in enumerate(fields) if _needs_preparing(field)]
    return _Plan(_statement(model, fields), tuple(defaults), tuple(prepared))


def _statement(model: type[TenantOwned], fields: list[Any]) -> str:
    # Send all rows as one JSON parameter and unpack it in SQL: the statement is the same for any number of rows, and
    # only one value is bound. PostgreSQL refuses COPY FROM under row security.
    quote, postgresql = connection.ops.quote_name, connection.vendor == "postgresql"
    columns = ", ".join(quote(field.column) for field in fields)
    types = [f"::{field.db_type(connection)}" if postgresql else "" for field in fields]
    # SQLite has ->> only from 3.38 on, and Python 3.10 may come with an older one.
    one = "(value ->> {}){}" if postgresql else "json_extract(value, '$[{}]'){}"
    values = ", ".join(one.format(index, kind) for index, kind in enumerate(types))
    source = "jsonb_array_elements(%s::jsonb)" if postgresql else "json_each(%s)"
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} (tenant_id, {columns}) SELECT %s, {values} FROM {source} RETURNING id"


def _has_value(field: Any) -> bool:
    """Whether `save()` would fill in the field if the caller assigned nothing to it."""
    if isinstance(field, TenantField | models.AutoField) or field.generated or field.has_db_default():
        return False
    return field.has_default() or field.get_default() is not None or _has_auto_now(field)


def _needs_preparing(field: Any) -> bool:
    if isinstance(field, models.ForeignKey):
        return False
    of_django = all(getattr(type(field), name).__module__.startswith("django.") for name in _SAVE_HOOKS)
    return not (of_django and isinstance(field, _UNCHANGED)) or _has_auto_now(field)


def _has_auto_now(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _prepared(field: Any, value: Any) -> Any:
    """Return what `save()` would write, by passing `pre_save` a stand-in for the instance."""
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
