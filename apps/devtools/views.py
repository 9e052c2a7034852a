from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.csp import strict_policy
from apps.api.strict import NoBodySerializer
from apps.devtools import sample, services
from apps.devtools.serializers import MAX_CUSTOMERS, MAX_ITEMS, MAX_ORDERS, MAX_ROWS, SIZE, RowCounts, SeedSerializer
from apps.orders.lifecycle import Status
from apps.plugin import plugins


# The view commits each chunk, so that readers see rows arrive and other writers get their turn in between.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SeedView(APIView):
    conflicts = {"post": [services.SeedCollision]}

    @extend_schema(
        summary="Write sample data",
        description="Development only. Rows are committed in chunks; a second request adds more.",
        request=SeedSerializer,
        responses={201: RowCounts},
    )
    def post(self, request: Request) -> Response:
        body = SeedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(asdict(services.seed(**body.validated_data)), status=201)


class ResetView(APIView):
    conflicts = {"post": [services.TenantNotForTrying]}

    @extend_schema(
        summary="Delete all customers, orders and items",
        description="Development only, and only for the tenant `DEFAULT_TENANT`. All rows are deleted, or none.",
        request=None,
        responses=RowCounts,
    )
    def post(self, request: Request) -> Response:
        NoBodySerializer(data=request.data).is_valid(raise_exception=True)
        return Response(asdict(services.reset()))


@strict_policy
def home(request: HttpRequest) -> HttpResponse:
    """The console. The page reads all tenant data through the API."""
    context = {
        "tenant": settings.DEFAULT_TENANT,
        "numbers": [
            ("customers", "Customers", SIZE["customers"], 1, MAX_CUSTOMERS),
            ("orders_per_customer", "Orders per customer", SIZE["orders_per_customer"], 0, MAX_ORDERS),
            ("items_per_order", "Items per order", SIZE["items_per_order"], 0, MAX_ITEMS),
        ],
        "max_rows": MAX_ROWS,
        "statuses": Status.choices,
        "first_day": sample.EPOCH.date(),
        "last_day": (sample.EPOCH + timedelta(minutes=sample.SPAN_MINUTES)).date(),
        "areas": home_areas(request),
    }
    return render(request, "devtools/home.html", context)


def home_areas(request: HttpRequest) -> list[str]:
    """Return the areas that installed apps add to the page, each rendered by the app's `home_area` function."""
    return [import_string(app.home_area)(request) for app in plugins() if app.home_area]
