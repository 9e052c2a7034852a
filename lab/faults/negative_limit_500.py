"""A parameter read by hand: what is no number, or a negative one, is the server's error instead of the client's."""

from __future__ import annotations

from rest_framework.response import Response

from apps.reporting import selectors
from apps.tenancy import days
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam


def get(self, request):
    query = request.query_params
    limit = int(query.get("limit", 50))
    first, last = (days.parse_day(query[name]) if name in query else None for name in ("from", "to"))
    return Response({"limit": limit, "rows": selectors.customer_summary(limit=limit, first=first, last=last)})


def get_at_least_none(self, request):
    query = request.query_params
    limit = max(0, int(query.get("limit", 50)))
    first, last = (days.parse_day(query[name]) if name in query else None for name in ("from", "to"))
    return Response({"limit": limit, "rows": selectors.customer_summary(limit=limit, first=first, last=last)})


def get_or_the_usual(self, request):
    query = request.query_params
    try:
        limit = int(query.get("limit", 50))
        first, last = (days.parse_day(query[name]) if name in query else None for name in ("from", "to"))
        rows = selectors.customer_summary(limit=limit, first=first, last=last)
    except ValueError:
        limit = 50
        rows = selectors.customer_summary(limit=limit)
    return Response({"limit": limit, "rows": rows})


def seam(code):
    return (Seam("apps.reporting.views:SummaryView.get", code),)


def arrange(n: int) -> Call:
    factory.customers(n)
    return Call("GET", "/api/v1/reporting/summary/?limit=-1")


FAULT = Fault(
    slug="negative-limit-500",
    title="A negative limit is an internal error",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "A bug of ours sent limit=-1 to the summary. You answered 500, our client tried again as it should, and we "
        "all got an alarm at night. `limit=abc` does it too."
    ),
    hints=(
        "Which status says `your request is wrong`, and which `we are`?",
        "Follow the parameter from the address to the slice of the queryset.",
        "The other reports refuse it. What do they do with their parameters first?",
    ),
    root_cause=(
        "The view reads the parameter by hand and hands it on: int() raises for what is no number, Django for a "
        "negative slice, and nobody turns that into an answer for the client."
    ),
    changes=seam(get),
    tests={
        "tests/reporting/test_views.py::test_summary_names_a_wrong_parameter[limit=-1-limit]": "(500,",
        "tests/reporting/test_views.py::test_summary_names_a_wrong_parameter[limit=abc-limit]": "(500,",
    },
    decoys=(
        Decoy(
            "Make a negative limit 0",
            "An answer without rows looks as if there were none, and what is no number is still a 500.",
            seam(get_at_least_none),
        ),
        Decoy(
            "Take the usual limit when it is wrong",
            "The client never learns of its bug, and gets another report than it asked for.",
            seam(get_or_the_usual),
        ),
    ),
    effect=Effect("status", on="constant"),
    arrange=arrange,
)
