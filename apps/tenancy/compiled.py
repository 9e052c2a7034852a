"""Querysets compiled once: for a look-up by key, Django takes ten times as long to write the statement as to run it."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import Expression

from apps.tenancy.owned import TenantId
from apps.tenancy.scope import reachable_tenant


class Parameter(Expression):
    """An integer in a queryset that is to be compiled, known when it runs: the `position`-th of its values."""

    output_field = BigIntegerField()

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Compiled:
    """A `values_list` whose statement is kept, and run each time for the tenant of the scope that it runs in.

    Of all that a queryset may take from a scope, only the tenant's id is exchanged, and only where the manager put it.
    """

    def __init__(self, values: QuerySet[Any, Any]) -> None:
        # The compiler runs it too, so that whatever watches Django's compilers (Silk) sees it.
        self._compiler = values.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = self._compiler.as_sql()

    def __call__(self, *values: int) -> list[tuple[Any, ...]]:
        """The rows. Raises TenantNotSet outside of a scope."""
        if any(abs(value) > BigIntegerField.MAX_BIGINT for value in values):
            return []  # As Django answers; the database would refuse.
        connection = connections[DEFAULT_DB_ALIAS]
        tenant = reachable_tenant(connection)

        def bind(param: Any) -> Any:
            if isinstance(param, TenantId):
                return tenant.pk
            return values[param.position] if isinstance(param, Parameter) else param

        params = tuple(map(bind, self._params))
        compiler = copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (self._sql, params)
        return list(compiler.results_iter(tuple_expected=True))
