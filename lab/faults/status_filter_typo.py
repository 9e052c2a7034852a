"""A filter with a typo filters nothing: every row comes back, and nobody is told."""

from __future__ import annotations

from difflib import get_close_matches

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def filter_queryset(self, request, queryset, view):
    """django-filter's own: the filters that the view declares, from the parameters that it knows."""
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


def seam(code):
    return (Seam("apps.api.filters:StrictFilterBackend.filter_queryset", code),)


def arrange(n: int) -> Call:
    factory.orders(factory.customers(1), each=n)
    return Call("GET", "/api/v1/orders/?sttus=paid&page_size=200")


FAULT = Fault(
    slug="status-filter-typo",
    title="A misspelt filter is ignored",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "Our script marks all cancelled orders as done in our own system. It ran over all of our orders, the open "
        "ones too. We had written `sttus=cancelled`. Your API answered 200 and sent everything."
    ),
    hints=(
        "Send a filter that cannot exist. What do you get?",
        "Which parameters does the filter backend look at, and which does it not?",
        "A question that was not understood must not be answered with everything.",
    ),
    root_cause=(
        "django-filter looks for the parameters it knows and never at the others, so a typo narrows nothing. The "
        "backend has to refuse every parameter that nothing reads."
    ),
    changes=seam(filter_queryset),
    tests={
        "tests/orders/test_filters.py::test_filter_that_is_wrong_is_named[sttus=paid-errors0]": '"results":[{',
        "tests/customers/test_views_list.py::test_list_refuses_a_parameter_that_would_do_nothing"
        "[emial=ada-emial-unknown-Unknown. Did you mean 'email'?]": "200",
    },
    decoys=(
        Decoy(
            "Refuse what looks like a typo",
            "Only a near miss of a name is caught. `sttus` is not near enough, and `colour=red` is no miss at all.",
            seam(filter_queryset_unless_near),
        ),
        Decoy(
            "Refuse it in the list of orders",
            "The customers' list, which nobody complained of, still ignores it.",
            seam(filter_queryset_of_orders),
        ),
    ),
    effect=Effect("rows_answered", on="linear"),
    arrange=arrange,
)
