from apps.plugin import ProjectAppConfig


class ApiConfig(ProjectAppConfig):
    name = "apps.api"
    api_urls = {"v1": "apps.api.urls"}
    api_tags = {"tenant": "The tenant and the API key of the request."}

    def ready(self) -> None:
        from apps.api import checks  # noqa: F401  Importing checks registers them.
