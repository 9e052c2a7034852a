"""Compile a queryset once, run it for every tenant: Django takes ten times as long to compile a look-up as to run it.

A function decorated with `compiled` returns a `values_list` queryset. At first use it is called and compiled with **no
tenant set**, so the statement cannot hold a value of whichever tenant came first. Only the tenant id that the manager
compares is replaced when the statement runs; anything else that reads the scope raises TenantNotSet. Times and dates
are refused too, because they would keep their value of the first use. Pass values that differ between runs as a
`Parameter`.
"""

from collections.abc import Callable
from copy import copy
from datetime import date, time
from functools import lru_cache, wraps
from typing import Any, NoReturn, ParamSpec

from django.db.models import BigIntegerField, Field, QuerySet
from django.db.models.expressions import Expression

from apps.tenancy.owned import CurrentTenant
from apps.tenancy.scope import compiling_for_every_tenant, current_connection, require_tenant

P = ParamSpec("P")
# Statements cached per function. A page has up to 200 rows, and the statement for their items depends on the number.
KEPT = 256

_caches: list[Any] = []


class Parameter(Expression):
    """A placeholder in a compiled queryset for the `position`-th argument of each run, an integer by default."""

    def __init__(self, position: int, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field or BigIntegerField())
        self.position = position

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class Compiled:
    """A compiled statement with its converters; each call runs it for the current tenant."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        """Compile the `values_list` that `build` returns.

        Raises TenantNotSet if it needs a scope, TypeError if it holds a time or reads the database.
        """
        # Django's compiler also runs the statement, so that Silk, which patches the compilers, records it.
        with compiling_for_every_tenant(), current_connection().execute_wrapper(_refuse_to_run):
            self._compiler = build().query.get_compiler(connection=_connection_without_times())
            self._sql, self._params = self._compiler.as_sql()
        for param in self._params:
            _refuse_time(param)
        # The positions of the parameters that each run replaces, found once.
        self._tenant_places = [place for place, param in enumerate(self._params) if isinstance(param, CurrentTenant)]
        self._given = [(place, param) for place, param in enumerate(self._params) if isinstance(param, Parameter)]

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows for these values of the parameters. Raises TenantNotSet outside a scope."""
        connection = current_connection()
        tenant = require_tenant(connection)
        params = [*self._params]
        for place in self._tenant_places:
            params[place] = tenant.pk
        for place, parameter in self._given:
            value = values[parameter.position]
            if type(value) is not int:
                value = parameter.output_field.get_db_prep_value(value, connection)
            elif abs(value) > BigIntegerField.MAX_BIGINT:
                return []  # Django does the same; the database would raise an error.
            params[place] = value
        compiler = copy(self._compiler)
        compiler.connection, compiler.using = connection, connection.alias
        compiler.as_sql = lambda *args, **kwargs: (self._sql, tuple(params))
        return list(compiler.results_iter(tuple_expected=True))


def compiled(build: Callable[P, QuerySet[Any, Any]]) -> Callable[P, Compiled]:
    """Decorate a function that returns a queryset: it then returns a statement, compiled once per set of arguments.

    The arguments must be hashable and select the statement; values that differ between its runs are Parameters.
    """

    @wraps(build)
    def compile_once(*args: P.args, **kwargs: P.kwargs) -> Compiled:
        return Compiled(lambda: build(*args, **kwargs))

    statement: Any = lru_cache(maxsize=KEPT)(compile_once)
    _caches.append(statement)
    return statement


def row_exists(selector: Callable[[], QuerySet[Any, Any]], pk: int) -> bool:
    """Whether the selector's rows include one with that primary key."""
    return bool(_by_id(selector)(pk))


def clear() -> None:
    """Drop every compiled statement, after code that it was built from has been replaced, as tests and the lab do."""
    for cache in _caches:
        cache.cache_clear()


@compiled
def _by_id(selector: Callable[[], QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    return selector().filter(pk=Parameter(0)).values_list("pk")


def _connection_without_times() -> Any:
    """Return a copy of the connection, for compiling only, that refuses times and dates as values.

    In the parameters they would be too late to find: on SQLite they are strings by then.
    """
    connection = copy(current_connection())
    connection.ops = copy(connection.ops)
    for adapt in ("adapt_datefield_value", "adapt_datetimefield_value", "adapt_timefield_value"):
        setattr(connection.ops, adapt, _refuse_time)
    return connection


def _refuse_time(value: Any) -> Any:
    if isinstance(value, date | time):
        raise TypeError(
            f"A compiled queryset would keep {value!r} for ever. Make it a Parameter(position, DateTimeField()), let "
            "the database take the time (django.db.models.functions.Now), or do not compile the queryset."
        )
    return value


def _refuse_to_run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> NoReturn:
    raise TypeError(f"A compiled queryset is built without reading the database, but this ran: {sql}")
