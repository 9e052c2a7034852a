from __future__ import annotations

from dataclasses import asdict

from django.apps import apps
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.devtools import services
from apps.devtools.serializers import SeedResult, SeedSerializer


# It commits each chunk by itself: readers see rows arrive, and other writers get their turn in between.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SeedView(APIView):
    @extend_schema(
        summary="Write sample data",
        description="Development only. Committed in chunks; running it again adds more.",
        request=SeedSerializer,
        responses={201: SeedResult},
    )
    def post(self, request: Request) -> Response:
        body = SeedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(asdict(services.seed(**body.validated_data)), status=201)


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "devtools/home.html", {"silk": apps.is_installed("silk"), "links": home_links()})


def home_links() -> list[tuple[str, str]]:
    """Name and address of the pages that installed apps have for people: their AppConfig's `home_link`."""
    return [app.home_link for app in apps.get_app_configs() if hasattr(app, "home_link")]
