from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "lab"
    site_urls = "lab.site_urls"
    home_link = ("Lab", "/lab/")
    home_area = "lab.views.home_area"
