"""Record how a list narrows its rows, so that lists that differ only in values share one compiled statement.

Django takes as long to build and compile a list's statement as PostgreSQL takes to plan and run it.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import BigIntegerField, CharField, Field, ForeignKey, IntegerField, QuerySet, TextField, Value

from apps.database.compiled import Parameter, compiled

Selector = Callable[[], QuerySet[Any, Any]]
Builder = Callable[..., QuerySet[Any, Any]]
# A builder, the arguments that choose its SQL, and the fields of the values that it is run with.
Step = tuple[Builder, tuple[Hashable, ...], tuple[Field, ...]]
COMPARISONS = ("", "exact", "gt", "gte", "lt", "lte")
PLAIN = (str, date, datetime, Decimal, UUID)
TEXT = TextField()


class Recorded:
    """A selector's rows and the steps that narrow them, in place of a queryset.

    `filter` and `narrow` add steps. Whatever a step cannot hold, and any other method, is asked of the queryset, which
    is then built as usual. Selector and steps must not use values of the scope, as `compiled` explains.
    """

    def __init__(self, selector: Selector, model: Any, steps: tuple[Step, ...] = (), values: tuple[Any, ...] = ()):
        self.model = model
        self._selector, self._steps, self._values = selector, steps, values

    def filter(self, *conditions: Any, **lookups: Any) -> Any:
        """Add a step of lookups by flags, by lists of words, or by plain values of their columns."""
        form: dict[str, Hashable] = {}
        values: dict[str, tuple[Any, Field]] = {}
        for name, value in lookups.items():
            if isinstance(value, bool):
                form[name] = value
            elif isinstance(value, list) and value and all(type(word) is str for word in value):
                form[name] = tuple(value)
            elif (field := _compared(self.model, name)) and _is_plain(value, field):
                values[name] = (value, field)
        if conditions or len(form) + len(values) < len(lookups):
            return self.queryset().filter(*conditions, **lookups)
        return narrow(self, _filter, tuple(form.items()), tuple(values), values=[*values.values()])

    def all(self) -> "Recorded":
        return self

    def queryset(self) -> QuerySet[Any, Any]:
        return _build(self._selector(), self._steps, list(map(Value, self._values, _fields(self._steps))))

    def values_list(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return the columns of all rows. Raises TenantNotSet outside a scope."""
        return _statement(self._selector, self._steps, columns)(*self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.queryset())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.queryset(), name)


def narrow(rows: Any, build: Builder, *form: Hashable, values: Sequence[tuple[Any, Field]] = ()) -> Any:
    """Return `build(queryset, *form, *values)`, or `rows` with that step if it is Recorded.

    `build` is a function of a module, or its statement would be compiled each time. Each value has a field that
    converts it, and becomes an expression.
    """
    step = (build, form, tuple(field for _, field in values))
    given = [value for value, _ in values]
    if isinstance(rows, Recorded):
        return Recorded(rows._selector, rows.model, (*rows._steps, step), (*rows._values, *given))
    return build(rows, *form, *(Value(*value) for value in values))


def _fields(steps: tuple[Step, ...]) -> Iterator[Field]:
    return (field for _, _, fields in steps for field in fields)


def _build(queryset: QuerySet[Any, Any], steps: tuple[Step, ...], expressions: Sequence[Any]) -> QuerySet[Any, Any]:
    left = iter(expressions)
    for build, form, fields in steps:
        queryset = build(queryset, *form, *(next(left) for _ in fields))
    return queryset


def _filter(rows: QuerySet[Any, Any], form: tuple[tuple[str, Any], ...], names: tuple[str, ...], *values: Any) -> Any:
    return rows.filter(**dict(form), **dict(zip(names, values, strict=True)))


@lru_cache
def _compared(model: Any, lookup: str) -> Field | None:
    """Return the field that converts the value of a lookup, or None if it does not compare the column itself."""
    name, _, rest = lookup.partition("__")
    try:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:  # an annotation
        return None
    if not isinstance(field, Field):
        return None
    if isinstance(field, ForeignKey):
        return field.target_field if rest in COMPARISONS else _compared(field.related_model, rest)
    if rest == "contains" and isinstance(field, CharField | TextField):
        return TEXT  # Django does not convert patterns.
    return field if rest in COMPARISONS else None


def _is_plain(value: Any, field: Field) -> bool:
    if type(value) is int:
        return isinstance(field, IntegerField) and abs(value) <= BigIntegerField.MAX_BIGINT
    return type(value) in PLAIN


@compiled
def _statement(selector: Selector, steps: tuple[Step, ...], columns: tuple[str, ...]) -> QuerySet[Any, Any]:
    parameters = [Parameter(position, field) for position, field in enumerate(_fields(steps))]
    return _build(selector(), steps, parameters).values_list(*columns)
