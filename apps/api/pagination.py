"""Keyset pages: a cursor holds the sort key of a page's edge, and the next page is what lies beyond it.

A cursor is bound to its list, its ordering and its filters: with other filters the edge is in the middle of other rows,
and a client that forgets to repeat them would walk through rows that it did not ask for.

DRF's CursorPagination keys on the first sort column plus an offset of at most 1,000, and repeats rows for ever when
more of them share a value, as seeded or imported rows do. Here the key is the row value (column, id), which is unique.
"""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import models
from django.db.models import F, Func, QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.page_schema import DEFAULT_SIZE, MAX_SIZE, DocumentedPages
from apps.api.rows import read
from apps.api.strict import suggest
from apps.database.recorded import narrow

PARAMETERS = ("cursor", "page_size", "count", "ordering")


class KeysetPagination(DocumentedPages):
    """`{"next", "previous", "next_cursor", "previous_cursor", "results"}`, with `"count"` on `?count=true`.

    A view declares `ordering_fields` (columns that it shows, never null) and its default `ordering`. Ties are broken by
    id in the same direction. Rows are read with `apps.api.rows.read`: one statement per page, one per nested list,
    and one for `count`.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = request.query_params
        size = _read_size(query.get("page_size"))
        ordering = _read_ordering(query.get("ordering"), view)
        salt = f"config.pagination {request.path}"  # A cursor belongs to one list. (The name keeps old cursors valid.)
        filters = _hash_filters(query)
        cursor = _read_cursor(query.get("cursor"), ordering, filters, salt)
        self.count = queryset.count() if _read_flag("count", query.get("count")) else None

        descending, column = ordering.startswith("-"), ordering.lstrip("-")
        backwards = cursor is not None and cursor["backwards"]
        falling = descending != backwards
        if cursor is not None:
            field = queryset.model._meta.get_field(column)
            edge = [(field.to_python(cursor["value"]), field), (cursor["id"], queryset.model._meta.pk)]
            queryset = narrow(queryset, _beyond, column, "<" if falling else ">", values=edge)
        rows = read(view.get_serializer_class(), narrow(queryset, _first, column, "-" if falling else "", size + 1))
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()

        own_address = request.build_absolute_uri(request.path)

        def address(cursor: str | None) -> str:
            params = {name: value for name, value in query.items() if name != "cursor"}
            if cursor:
                params["cursor"] = cursor
            return f"{own_address}{'?' if params else ''}{urlencode(params)}"

        def cursor_at(row: Any, backwards: bool) -> str:
            value = row[column]
            value = value.isoformat() if hasattr(value, "isoformat") else value
            edge = {"backwards": backwards, "value": value, "id": row["id"]}
            return signing.dumps({"ordering": ordering, "filters": filters, **edge}, salt=salt)

        # There is always a page on the side that the cursor came from; on the other only if the extra row was found.
        following = cursor_at(rows[-1], False) if rows and (more or backwards) else None
        preceding = cursor_at(rows[0], True) if rows and (more if backwards else cursor is not None) else None
        self.links = {
            "next": address(following) if following else None,
            # If all rows beyond the cursor are gone, it leads back to the first page.
            "previous": address(preceding) if preceding or (cursor is not None and not rows) else None,
            "next_cursor": following,
            "previous_cursor": preceding,
        }
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        body = {**self.links, "results": data}
        return Response(body if self.count is None else {"count": self.count, **body})


def _beyond(queryset: QuerySet, column: str, operator: str, *edge: Any) -> QuerySet:
    return queryset.filter(_compare(_row(F(column), F("id")), operator, _row(*edge)))


def _first(queryset: QuerySet, column: str, sign: str, count: int) -> QuerySet:
    return queryset.order_by(f"{sign}{column}", f"{sign}id")[:count]


def _row(*parts: Combinable) -> Func:
    """A row value, `(a, b)`."""
    return Func(*parts, function="", output_field=models.Field())


def _compare(left: Func, operator: str, right: Func) -> Func:
    # Django's own row comparison is spelled out on SQLite as `a < x OR (a = x AND b < y)`, which no index can seek.
    return Func(left, right, template="%(expressions)s", arg_joiner=f" {operator} ", output_field=models.BooleanField())


def _read_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_SIZE):
        raise ValidationError({"page_size": f"A whole number from 1 to {MAX_SIZE}."})
    return int(text)


def _read_flag(name: str, text: str | None) -> bool:
    if text not in (None, "true", "false"):
        raise ValidationError({name: "Either true or false."})
    return text == "true"


def _read_ordering(text: str | None, view: Any) -> str:
    allowed = [f"{sign}{name}" for name in view.ordering_fields for sign in ("", "-")]
    if text is not None and text not in allowed:
        raise ValidationError({"ordering": f"Cannot order by {text!r}. {suggest(text, allowed)}"})
    return text or view.ordering


def _hash_filters(query: QueryDict) -> str:
    """Return a hash of the parameters that choose the rows, empty without any; short, because a cursor is signed."""
    filters = sorted((name, value) for name, value in query.items() if name not in PARAMETERS)
    return hashlib.sha256(urlencode(filters).encode()).hexdigest()[:16] if filters else ""


def _read_cursor(text: str | None, ordering: str, filters: str, salt: str) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        cursor = signing.loads(text, salt=salt)
    except signing.BadSignature as error:
        raise ValidationError({"cursor": "Not a cursor of this service; take it from a page's links."}) from error
    if cursor["ordering"] != ordering:
        raise ValidationError({"cursor": f"This cursor belongs to ordering={cursor['ordering']}."})
    if cursor.get("filters") != filters:
        reason = "This cursor belongs to other filters: repeat those of the page that it was taken from."
        raise ValidationError({"cursor": reason})
    return cursor
