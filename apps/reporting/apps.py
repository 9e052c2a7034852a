from django.core.signals import request_finished, request_started

from apps.plugin import ProjectAppConfig


class ReportingConfig(ProjectAppConfig):
    name = "apps.reporting"
    api_urls = {"v1": "apps.reporting.urls"}
    api_tags = {"reporting": "Revenue by customer, by time and by product."}
    triggers = "apps.reporting.triggers"

    def ready(self) -> None:
        super().ready()
        from apps.reporting.settling import on_request_finished, on_request_started

        request_started.connect(on_request_started)
        request_finished.connect(on_request_finished)
