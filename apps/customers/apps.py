from apps.plugin import ProjectAppConfig


class CustomersConfig(ProjectAppConfig):
    name = "apps.customers"
    api_urls = {"v1": "apps.customers.urls"}
    api_tags = {"customers": "Customers, and the orders of each."}
