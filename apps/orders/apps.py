from apps.plugin import ProjectAppConfig


class OrdersConfig(ProjectAppConfig):
    name = "apps.orders"
    api_urls = {"v1": "apps.orders.urls"}
    triggers = "apps.orders.triggers"
