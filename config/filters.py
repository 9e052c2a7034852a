from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from apps.strict import refuse_repeated, unknown_names
from config.pagination import PARAMETERS


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter's backend, but a parameter that filters nothing is an error.

    A misspelt filter would return every row, and an empty one (`?status=$UNSET`) too. Raises ValidationError.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        query = request.query_params
        refuse_repeated(query)
        known = [] if view.detail else [*self.get_filterset_class(view, queryset).base_filters, *PARAMETERS]
        errors: dict[str, Any] = {name: "Empty; leave it out." for name in query if not query.get(name, "").strip()}
        errors |= unknown_names(query, known)
        if errors:
            raise ValidationError(errors)
        return queryset if view.detail else super().filter_queryset(request, queryset, view)
