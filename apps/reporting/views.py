from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.strict import validated_query
from apps.api.views import ConditionalView
from apps.reporting import selectors
from apps.reporting.serializers import Products, Sales, SalesQuery, Summary, TopQuery

REVENUE = "An order counts as revenue on the day it was paid, unless it is cancelled or archived."


class ReportView(ConditionalView):
    is_cacheable = True  # for settings.REPORT_CACHE_SECONDS
    reads_replica = True  # see apps.database.replica


class SummaryView(ReportView):
    @extend_schema(summary="Top customers by revenue", description=REVENUE, parameters=[TopQuery], responses=Summary)
    def get(self, request: Request) -> Response:
        return _top(request, selectors.customer_summary)


class SalesView(ReportView):
    @extend_schema(
        summary="Revenue per day, week or month", description=REVENUE, parameters=[SalesQuery], responses=Sales
    )
    def get(self, request: Request) -> Response:
        query = validated_query(SalesQuery, request.query_params)
        rows = selectors.sales(by=query["by"], first=query["from"], last=query["to"])
        return Response({"by": query["by"], "from": query["from"], "to": query["to"], "rows": rows})


class ProductsView(ReportView):
    @extend_schema(summary="Top products by revenue", description=REVENUE, parameters=[TopQuery], responses=Products)
    def get(self, request: Request) -> Response:
        return _top(request, selectors.product_summary)


def _top(request: Request, selector: Callable[..., list[Any]]) -> Response:
    query = validated_query(TopQuery, request.query_params)
    rows = selector(limit=query["limit"], first=query.get("from"), last=query.get("to"))
    return Response({"limit": query["limit"], "rows": rows})
