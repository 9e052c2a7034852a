from django.urls import path

from apps.reporting.views import SummaryView

urlpatterns = [path("reporting/summary/", SummaryView.as_view(), name="summary")]
