from django.urls import path

from apps.devtools.views import SeedView

urlpatterns = [path("devtools/seed/", SeedView.as_view(), name="seed")]
