from django.apps import AppConfig


class DevtoolsConfig(AppConfig):
    name = "apps.devtools"
    api_urls = "apps.devtools.urls"
    site_urls = "apps.devtools.site_urls"
