from apps.plugin import ProjectAppConfig, plugins


class TenancyConfig(ProjectAppConfig):
    name = "apps.tenancy"

    def ready(self) -> None:
        plugins()  # All apps are loaded: raise now if one of them would not be mounted.
        from apps.tenancy import checks  # noqa: F401  Importing checks registers them.
