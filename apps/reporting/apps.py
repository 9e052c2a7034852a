from apps.plugin import ProjectAppConfig


class ReportingConfig(ProjectAppConfig):
    name = "apps.reporting"
    api_urls = {"v1": "apps.reporting.urls"}
    triggers = "apps.reporting.triggers"
