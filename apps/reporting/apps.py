from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "apps.reporting"
    api_urls = "apps.reporting.urls"
    triggers = "apps.reporting.triggers"
