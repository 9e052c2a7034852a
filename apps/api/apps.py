from apps.plugin import ProjectAppConfig


class ApiConfig(ProjectAppConfig):
    name = "apps.api"

    def ready(self) -> None:
        from apps.api import checks  # noqa: F401  Importing checks registers them.
