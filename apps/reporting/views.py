from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.reporting import selectors
from apps.reporting.serializers import Summary, SummaryQuery
from apps.strict import validated_query


class SummaryView(APIView):
    @extend_schema(
        summary="Top customers by revenue",
        description="Revenue is what was paid and neither cancelled nor archived. One SELECT, always.",
        parameters=[SummaryQuery],
        responses=Summary,
    )
    def get(self, request: Request) -> Response:
        query = validated_query(SummaryQuery, request.query_params)
        rows = selectors.customer_summary(limit=query["limit"], first=query.get("from"), last=query.get("to"))
        return Response({"limit": query["limit"], "rows": list(rows)})
