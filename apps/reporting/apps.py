from apps.plugin import ProjectAppConfig


class ReportingConfig(ProjectAppConfig):
    name = "apps.reporting"
    api_urls = {"v1": "apps.reporting.urls"}
    api_tags = {"reporting": "Revenue by customer, by time and by product."}
    triggers = "apps.reporting.triggers"
