from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "apps.orders"
    api_urls = "apps.orders.urls"
    triggers = "apps.orders.triggers"
