"""Rows of the current tenant written without a model instance each, which would cost more than the database does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import reachable_tenant


def insert_rows(model: type[TenantOwned], names: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Write rows of the current tenant, each the values of the fields `names`, and return their ids in that order.

    What a field does on saving is left out, its default too. A time without a zone is UTC. Both databases write
    an array in its order, and return what they wrote in that order.
    Raises TenantNotSet outside of a scope, IntegrityError.
    """
    tenant = reachable_tenant(connections[DEFAULT_DB_ALIAS])
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, names), [tenant.pk, json.dumps(list(rows), default=_text)])
        return [pk for (pk,) in cursor.fetchall()]


@cache
def _statement(model: type[TenantOwned], names: tuple[str, ...]) -> str:
    # One parameter for all rows, JSON, which both databases take apart: a thousand rows have one plan, and none of a
    # thousand values has to be bound. COPY is refused to a role under row security.
    quote, postgresql = connection.ops.quote_name, connection.vendor == "postgresql"
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(quote(field.column) for field in fields)
    types = [f"::{field.db_type(connection)}" if postgresql else "" for field in fields]
    # SQLite has ->> from 3.38 on, which is newer than Python 3.10's may be.
    one = "(value ->> {}){}" if postgresql else "json_extract(value, '$[{}]'){}"
    values = ", ".join(one.format(index, kind) for index, kind in enumerate(types))
    source = "jsonb_array_elements(%s::jsonb)" if postgresql else "json_each(%s)"
    table = quote(model._meta.db_table)
    # Names of this project alone.
    return f"INSERT INTO {table} (tenant_id, {columns}) SELECT %s, {values} FROM {source} RETURNING id"  # noqa: S608


def _text(value: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(value))
