"""A misspelt filter is ignored: every row is returned, without an error."""

from __future__ import annotations

from difflib import get_close_matches

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.api.filters:StrictFilterBackend.filter_queryset"


def filter_queryset(self, request, queryset, view):
    """Filter as django-filter does: apply the declared filters, and ignore other parameters."""
    if view.detail:
        return queryset
    return DjangoFilterBackend.filter_queryset(self, request, queryset, view)


def filter_queryset_unless_near(self, request, queryset, view):
    if view.detail:
        return queryset
    known = list(self.get_filterset_class(view, queryset).base_filters)
    for name in request.query_params:
        near = get_close_matches(name, known, n=1, cutoff=0.9)
        if near and name not in known:
            raise ValidationError({name: f"Unknown. Did you mean {near[0]!r}?"})
    return DjangoFilterBackend.filter_queryset(self, request, queryset, view)


def filter_queryset_of_orders(self, request, queryset, view):
    if view.detail:
        return queryset
    known = {*self.get_filterset_class(view, queryset).base_filters, "cursor", "page_size", "count", "ordering"}
    unknown = {name: "Unknown." for name in request.query_params if name not in known}
    if unknown and "status" in known:
        raise ValidationError(unknown)
    return DjangoFilterBackend.filter_queryset(self, request, queryset, view)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", "/api/v1/orders/?sttus=paid&page_size=200")


FAULT = Fault(
    slug="status-filter-typo",
    title="A misspelt filter is ignored",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "Our script marks all cancelled orders as done in our own system. It marked every order, even the open ones: "
        "we had written `sttus=cancelled`. Your API returned 200 and sent everything."
    ),
    hints=(
        "Send a filter that does not exist. What do you get?",
        "Which parameters does the filter backend read, and which does it not?",
        "If a filter is not understood, returning everything is the wrong response.",
    ),
    root_cause=(
        "django-filter reads the parameters that it knows and ignores all others, so a typo filters nothing. The "
        "backend has to refuse every parameter that nothing reads."
    ),
    changes=(Seam(PLACE, filter_queryset),),
    tests={
        "tests/orders/test_filters.py::test_invalid_filter_is_named[sttus=paid-errors0]": '"results":[{',
        "tests/customers/test_views_list.py::test_list_refuses_an_unknown_or_invalid_parameter"
        "[emial=ada-emial-unknown-Unknown. Did you mean 'email'?]": "200",
    },
    decoys=(
        Decoy(
            "Refuse a parameter that looks like a typo",
            "Only names very close to a known one are caught. `sttus` is not close enough, nor is `colour`.",
            (Seam(PLACE, filter_queryset_unless_near),),
        ),
        Decoy(
            "Refuse it in the list of orders only",
            "The list of customers, which nobody complained about, still ignores it.",
            (Seam(PLACE, filter_queryset_of_orders),),
        ),
    ),
    effect=Effect("rows_answered", on="linear"),
    arrange=arrange,
)
