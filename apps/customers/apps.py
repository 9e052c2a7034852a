from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "apps.customers"
    api_urls = "apps.customers.urls"
