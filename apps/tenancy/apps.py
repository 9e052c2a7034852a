from apps.plugin import ProjectAppConfig, plugins


class TenancyConfig(ProjectAppConfig):
    name = "apps.tenancy"

    def ready(self) -> None:
        plugins()  # Every app is configured by now: one that would not be mounted stops the start.
        from apps.tenancy import checks  # noqa: F401  Importing checks registers them.
