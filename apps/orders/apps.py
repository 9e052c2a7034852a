from apps.plugin import ProjectAppConfig


class OrdersConfig(ProjectAppConfig):
    name = "apps.orders"
    api_urls = {"v1": "apps.orders.urls"}
    api_tags = {
        "orders": "Orders and their lifecycle: draft, paid, shipped or cancelled, and archived.",
        "items": "Items of orders, which can change while their order is a draft.",
        "events": "The history of all orders.",
    }
    triggers = "apps.orders.triggers"
