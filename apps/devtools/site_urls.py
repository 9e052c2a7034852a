from django.urls import path

from apps.devtools.views import home

urlpatterns = [path("", home, name="home")]
