from django.urls import path

from apps.api.tenant import TenantView

urlpatterns = [path("tenant/", TenantView.as_view(), name="tenant")]
