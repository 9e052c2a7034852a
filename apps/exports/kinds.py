"""What can be exported: the lists of the API, with their filters and the columns that their serializers show."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Field, ForeignKey, QuerySet

from apps.api.filters import FilterSet
from apps.api.shapes import shape_of
from apps.customers.filters import CustomerFilter
from apps.customers.selectors import customer_list
from apps.customers.serializers import CustomerSerializer
from apps.exports.lifecycle import Kind
from apps.orders.filters import ItemFilter, OrderFilter
from apps.orders.selectors import item_list, order_list
from apps.orders.serializers import ItemSerializer, OrderSerializer


class List(NamedTuple):
    selector: Callable[[], QuerySet[Any]]
    filters: type[FilterSet]
    serializer: Any


LISTS = {
    Kind.ORDERS: List(order_list, OrderFilter, OrderSerializer),
    Kind.CUSTOMERS: List(customer_list, CustomerFilter, CustomerSerializer),
    Kind.ITEMS: List(item_list, ItemFilter, ItemSerializer),
}


@cache
def columns_of(kind: str) -> dict[str, str]:
    """Return the columns of a list's rows by the names that the API shows them under, without nested lists."""
    shape = shape_of(LISTS[Kind(kind)].serializer)
    if shape.conversions:
        raise TypeError(f"An export writes columns as they are, but {sorted(shape.conversions)} are converted.")
    return {name: column for name, column in shape.columns.items() if name not in shape.lists}


def model_field(kind: str, column: str) -> Field:
    """Return the model's field behind one of `columns_of`."""
    field: Any = None
    model: Any = LISTS[Kind(kind)].serializer.Meta.model
    for name in column.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        model = field.related_model
    return field.target_field if isinstance(field, ForeignKey) else field


def rows_of(kind: str, filters: Mapping[str, str]) -> QuerySet[Any, Any]:
    """Return the columns of the current tenant's rows that pass the list's filters, the lowest id first."""
    listed = LISTS[Kind(kind)]
    rows = listed.filters(filters, queryset=listed.selector()).qs
    return rows.order_by("pk").values_list(*columns_of(kind).values())
