import sys

from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from apps.plugin import ProjectAppConfig, plugins


class TenancyConfig(ProjectAppConfig):
    name = "apps.tenancy"
    triggers = "apps.tenancy.triggers"

    def ready(self) -> None:
        plugins()  # Every app is configured by now: one that would not be mounted stops the start.
        from apps.tenancy import checks, database, timestamps  # noqa: F401  Importing checks registers them.

        # Sent once per app; with one sender each handler runs once per `migrate`, after every migration.
        pre_migrate.connect(database.before_migrate, sender=self)
        post_migrate.connect(database.after_migrate, sender=self)
        if sys.version_info >= (3, 11):  # before, Python reads no `+00`
            connection_created.connect(timestamps.read_fast)
