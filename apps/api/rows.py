"""Read rows in the shape of a serializer, without model instances and without a call per field and row.

The serializer remains the only description of a response: names, columns and conversions come from its fields
(`shapes`), so schema and response cannot differ. `tests/api/test_rows.py` compares the rows with DRF's output.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.lookups import In

from apps.api.shapes import NestedList, Shape, shape_of
from apps.database.compiled import Parameter, compiled
from apps.database.recorded import Recorded, Selector


def read(serializer_class: Any, queryset: QuerySet[Any, Any] | Recorded) -> list[dict[str, Any]]:
    """Return the rows of `queryset` as the serializer shows them, with one statement plus one per nested list field."""
    shape = shape_of(serializer_class)
    return _read(shape, queryset.values_list(*shape.columns.values()))


def read_one(serializer_class: Any, selector: Selector, pk: int) -> dict[str, Any]:
    """Return the selector's row with that primary key. Raises the model's DoesNotExist.

    The selector's queryset is compiled once for all tenants, so it must not use values of the scope (see `compiled`).
    """
    rows = _read(shape_of(serializer_class), _one(serializer_class, selector)(pk))
    if not rows:
        raise serializer_class.Meta.model.DoesNotExist
    return rows[0]


@compiled
def _one(serializer_class: Any, selector: Selector) -> QuerySet[Any, Any]:
    return selector().filter(pk=Parameter(0)).values_list(*shape_of(serializer_class).columns.values())


@compiled
def _nested_rows(nested: NestedList, count: int) -> QuerySet[Any, Any]:
    """Return the rows of a nested list for `count` outer rows."""
    rows = nested.model._default_manager.filter(In(F(nested.key), [Parameter(position) for position in range(count)]))
    return rows.order_by(nested.key, "pk").values_list(*nested.shape.columns.values())


def _read(shape: Shape, values: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    names = tuple(shape.columns)
    rows = [dict(zip(names, row, strict=True)) for row in values]
    for name, convert in shape.conversions.items():
        for row in rows:
            row[name] = convert(row[name])
    for name, nested in shape.lists.items():
        lists: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if rows:
            for row in _read(nested.shape, _nested_rows(nested, len(rows))(*(row[name] for row in rows))):
                lists[row.pop(nested.key)].append(row)
        for row in rows:
            row[name] = lists[row[name]]
    return rows
