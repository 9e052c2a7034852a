"""A parameter is parsed by hand: a word or a negative number becomes a server error instead of a client error."""

from __future__ import annotations

from rest_framework.response import Response

from apps.reporting import selectors
from apps.tenancy import days
from lab.core import factory
from lab.core.fault import Call, Decoy, Effect, Fault, Seam

PLACE = "apps.reporting.views:SummaryView.get"


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


def arrange(n: int) -> Call:
    factory.customers(n)
    return Call("GET", "/api/v1/reporting/summary/?limit=-1")


FAULT = Fault(
    slug="negative-limit-500",
    title="A negative limit is an internal error",
    kind="correctness",
    difficulty="easy",
    ticket=(
        "A bug of ours sent limit=-1 to the summary. You returned 500, our client retried as it should, and everybody "
        "was woken by an alarm. `limit=abc` does it too."
    ),
    hints=(
        "Which statuses mean that the request is wrong, and which that the server is?",
        "Follow the parameter from the URL to the slice of the queryset.",
        "The other reports return 400. What do they do with their parameters first?",
    ),
    root_cause=(
        "The view parses the parameter by hand and passes it on. int() raises for a word, Django raises for a negative "
        "slice, and nothing turns these exceptions into a 400."
    ),
    changes=(Seam(PLACE, get),),
    tests={
        "tests/reporting/test_views.py::test_summary_names_an_invalid_parameter[limit=-1-limit]": "(500,",
        "tests/reporting/test_views.py::test_summary_names_an_invalid_parameter[limit=abc-limit]": "(500,",
    },
    decoys=(
        Decoy(
            "Make a negative limit 0",
            "A response without rows looks as if there were none, and a word is still a 500.",
            (Seam(PLACE, get_at_least_none),),
        ),
        Decoy(
            "Use the default when the limit is wrong",
            "The client never learns of its bug, and gets a different report from the one it asked for.",
            (Seam(PLACE, get_or_the_usual),),
        ),
    ),
    effect=Effect("status", on="constant"),
    arrange=arrange,
)
