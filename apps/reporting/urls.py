from django.urls import path

from apps.reporting.views import ProductsView, SalesView, SummaryView

urlpatterns = [
    path("reporting/summary/", SummaryView.as_view(), name="summary"),
    path("reporting/sales/", SalesView.as_view(), name="sales"),
    path("reporting/products/", ProductsView.as_view(), name="products"),
]
