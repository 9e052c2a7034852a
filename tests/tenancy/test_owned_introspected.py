"""Outside a scope every public method of models, managers and querysets raises.

The methods are found by introspection, so that one which a new Django adds is tested too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, models, transaction
from django.db.models import Count, QuerySet, Value
from django.db.models.manager import BaseManager

from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.owned import TenantOwned
from apps.tenancy.scope import TenantNotSet, tenant_scope
from tests.conftest import one_of_each, rows_of

OWNED = tenant_owned_models()


def passing(*args: Any, **kwargs: Any) -> Callable[[Any, Any], tuple[Any, Any]]:
    return lambda row, target: (args, kwargs)


def passing_all(row: models.Model, target: Any) -> tuple[Any, Any]:
    """Pass a queryset of the model's rows, to be combined with."""
    return (type(row).objects.order_by(),), {}


def passing_pk(row: models.Model, target: Any) -> tuple[Any, Any]:
    return (), {"pk": row.pk}


def passing_columns(row: models.Model, target: Any) -> tuple[Any, Any]:
    return (), {name: getattr(row, name) for name in columns(row)}


def columns(row: models.Model) -> list[str]:
    """The names of the columns, except the id and the foreign keys."""
    return [field.name for field in row._meta.fields if not (field.primary_key or field.is_relation)]


# (arguments, names of the methods that get them). `evaluate` runs lazy results; `acount` is called like `count`.
CALLS: list[tuple[Callable[[Any, Any], tuple[Any, Any]], str]] = [
    (passing(), "__aiter__ __bool__ __getstate__ __iter__ __len__ __repr__"),
    (passing(), "all count delete distinct exists explain first full_clean get_next_by_ get_previous_by_ get_queryset"),
    (passing(), "iterator last refresh_from_db reverse save save_base select_for_update values values_list"),
    (passing(0), "__getitem__"),
    (lambda row, target: (({},), {}), "__deepcopy__ complex_filter"),
    (passing("default"), "db_manager using"),
    (passing("pk"), "earliest latest only order_by"),
    (passing("tenant"), "defer prefetch_related select_related"),
    (passing(Count("pk")), "aggregate"),
    (passing(n=Value(1)), "alias annotate"),
    (passing(pk=0), "exclude"),
    (passing(where=["1 = 1"]), "extra"),
    (passing_pk, "filter get get_or_create update_or_create"),
    (passing_all, "__and__ __or__ __xor__ difference intersection union"),
    (passing("tenant__created_at", "day"), "dates datetimes"),
    (passing_columns, "create update"),
    (lambda row, target: ((row,), {}), "add contains"),
    (lambda row, target: (([row],), {}), "set"),
    (lambda row, target: (([row.pk],), {}), "in_bulk"),
    (lambda row, target: (([type(row)(**passing_columns(row, target)[1])],), {}), "bulk_create"),
    (lambda row, target: (([row], columns(row)), {}), "bulk_update"),
    (lambda row, target: (([target.instance],), {}), "get_prefetch_querysets"),
]
ARGUMENTS = {name: arguments for arguments, names in CALLS for name in names.split()}
# Methods that reach no row, by reason.
IDLE = {
    "looks at the class": "check contribute_to_class deconstruct get_constraints",
    "looks at the instance": "get_deferred_fields prepare_database_save serializable_value",
    "makes a text": "date_error_message get__display unique_error_message",
    "makes a class, a manager or a queryset": "__class_getitem__ __init__ as_manager from_queryset",
    "takes what was read before": "__setstate__ from_db",
    "is empty": "clean none",
    "makes a subquery, see test_owned_unscoped.py": "resolve_expression",
    "is a part of full_clean, and asks only in some models": "clean_fields validate_constraints validate_unique",
    "is the deprecated name of get_prefetch_querysets": "get_prefetch_queryset",
    "is refused in a scope too, see below": "raw",
}
REACHES_NO_ROW = {name for names in IDLE.values() for name in names.split()}


# Objects that have the methods, made from a stored row.
WAYS: dict[str, Callable[[Any], Any]] = {
    "manager": lambda row: type(row).objects,
    "base manager": lambda row: type(row)._base_manager,
    "queryset": lambda row: type(row).objects.all(),
    "row": lambda row: row,
    "new row": lambda row: type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.fields}),
}


def related_manager(key: models.ForeignKey) -> Callable[[Any], Any]:
    """Return the related manager of the row that `key` points to, without reading that row."""
    name = key.remote_field.get_accessor_name()
    return lambda row: getattr(key.related_model(pk=getattr(row, key.attname), tenant_id=row.tenant_id), name)


CASES = [pytest.param(model, way, id=f"{model.__name__}-{name}") for model in OWNED for name, way in WAYS.items()] + [
    pytest.param(model, related_manager(key), id=f"{model.__name__}-related manager of {key.name}")
    for model in OWNED
    for key in model._meta.fields
    if key.is_relation and issubclass(key.related_model, TenantOwned) and not key.remote_field.hidden
]


def methods(target: Any) -> Iterator[str]:
    """The public methods of an object, and a queryset's special methods."""
    special = [name for name in vars(QuerySet) if name.startswith("__")] if isinstance(target, QuerySet) else []
    for name in [*special, *(name for name in dir(type(target)) if not name.startswith("_"))]:
        member = inspect.getattr_static(type(target), name)
        if callable(getattr(type(target), name, None)) and not inspect.isclass(member):
            yield name


def family(name: str) -> str:
    """Return the name under which ARGUMENTS or REACHES_NO_ROW lists a method."""
    name = re.sub(r"^(get_next_by_|get_previous_by_)\w+|(?<=^get_)\w+(?=_display$)", r"\1", name)
    return name if name in ARGUMENTS or name in REACHES_NO_ROW else name.removeprefix("a")


def reaching_rows(model: type[models.Model], target: Any) -> list[str]:
    """Return the methods of `target` that ARGUMENTS lists. Without keys and constraints `full_clean` reads no row."""
    keys = [field for field in model._meta.local_fields if field.related_model in OWNED]
    left_out = set() if keys or model._meta.constraints else {"full_clean"}
    return [name for name in methods(target) if family(name) in ARGUMENTS and name not in left_out]


def evaluate(value: Any) -> None:
    """Evaluate a method's return value: await it, iterate over it or run its queryset."""

    async def awaited() -> Any:
        return await value if inspect.isawaitable(value) else [row async for row in value]

    if inspect.isawaitable(value) or inspect.isasyncgen(value):
        evaluate(async_to_sync(awaited)())
    elif isinstance(value, BaseManager):
        list(value.all())
    elif isinstance(value, QuerySet | Iterator):
        list(value)
    elif isinstance(value, tuple) and value and isinstance(value[0], QuerySet):
        list(value[0])


def call(name: str, row: models.Model, target: Any) -> None:
    args, kwargs = ARGUMENTS[family(name)](row, target)
    evaluate(getattr(target, name)(*args, **kwargs))


@contextmanager
def statements_on_rows() -> Iterator[list[str]]:
    """Collect the statements on tenant-owned tables."""
    seen: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        seen.extend([sql] if any(model._meta.db_table in sql for model in OWNED) else [])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield seen


@pytest.fixture
def stored(acme: Tenant) -> dict[type[models.Model], Any]:
    return one_of_each(acme)


@pytest.mark.parametrize(("model", "way"), CASES)
def test_every_method_is_listed(stored: Any, model: type[models.Model], way: Callable[[Any], Any]) -> None:
    found = methods(way(stored[model]))

    assert [name for name in found if (family(name) in ARGUMENTS) == (family(name) in REACHES_NO_ROW)] == []


@pytest.mark.parametrize(("model", "way"), CASES)
def test_every_method_is_refused_without_a_scope(
    acme: Tenant, stored: Any, model: type[models.Model], way: Callable[[Any], Any]
) -> None:
    row, before = stored[model], rows_of(acme)
    reached = {}

    for name in reaching_rows(model, way(row)):
        with statements_on_rows() as statements, suppress(TenantNotSet), transaction.atomic():
            call(name, row, way(row))
            reached[name] = "was not refused"
        if statements:
            reached[name] = statements[0]

    assert reached == {}
    assert rows_of(acme) == before


@pytest.mark.parametrize(("model", "way"), CASES)
def test_every_method_reaches_the_rows_in_a_scope(
    acme: Tenant, stored: Any, model: type[models.Model], way: Callable[[Any], Any]
) -> None:
    row = stored[model]
    idle = []

    for name in reaching_rows(model, way(row)):
        # Constraints refuse some of the calls; only the statement matters here.
        with statements_on_rows() as statements, suppress(Exception), tenant_scope(acme):
            call(name, row, way(row))
            transaction.set_rollback(True)
        idle += [] if statements else [name]

    assert idle == []


@pytest.mark.parametrize("model", OWNED)
def test_raw_is_refused_without_a_scope_too(model: type[models.Model]) -> None:
    for target in (model.objects, model._base_manager, model.objects.all()):
        with pytest.raises(TypeError, match="every tenant's rows"):
            target.raw("SELECT 1")
