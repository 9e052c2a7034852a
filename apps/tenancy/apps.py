from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "apps.tenancy"

    def ready(self) -> None:
        from apps.tenancy import checks  # noqa: F401  Importing registers the checks.
