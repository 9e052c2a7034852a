from apps.plugin import ProjectAppConfig


class DevtoolsConfig(ProjectAppConfig):
    name = "apps.devtools"
    api_urls = {"v1": "apps.devtools.urls"}
    api_tags = {"devtools": "Sample data; development only."}
    site_urls = "apps.devtools.site_urls"
