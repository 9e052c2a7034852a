from django.urls import path

from lab.pages import views

urlpatterns = [
    path("lab/", views.catalogue, name="lab"),
    path("lab/<slug:slug>/", views.fault, name="lab-fault"),
    path("lab/<slug:slug>/record/", views.record, name="lab-record"),
]
