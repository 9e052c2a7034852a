from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from apps.plugin import ProjectAppConfig


class DatabaseConfig(ProjectAppConfig):
    name = "apps.database"
    triggers = "apps.database.tenant_keys"

    def ready(self) -> None:
        from apps.database import checks, migrating  # noqa: F401  Importing checks registers them.

        # Sent once per app that has models; with one sender each handler runs once, around all of the migrations.
        tenancy = apps.get_app_config("tenancy")
        pre_migrate.connect(migrating.before_migrate, sender=tenancy)
        post_migrate.connect(migrating.after_migrate, sender=tenancy)
