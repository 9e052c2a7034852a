from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from apps.plugin import ProjectAppConfig


class DatabaseConfig(ProjectAppConfig):
    name = "apps.database"
    triggers = "apps.database.tenant_keys"

    def ready(self) -> None:
        from apps.database import checks, migrating  # noqa: F401  Importing checks registers them.

        # The signals are sent once per app that has models. With one sender each handler runs once per `migrate`.
        tenancy = apps.get_app_config("tenancy")
        pre_migrate.connect(migrating.before_migrate, sender=tenancy)
        post_migrate.connect(migrating.after_migrate, sender=tenancy)
