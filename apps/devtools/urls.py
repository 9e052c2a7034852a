from django.urls import path

from apps.devtools.views import ResetView, SeedView

urlpatterns = [
    path("devtools/seed/", SeedView.as_view(), name="seed"),
    path("devtools/reset/", ResetView.as_view(), name="reset"),
]
