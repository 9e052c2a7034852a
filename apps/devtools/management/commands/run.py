import os
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands.runserver import Command as RunServer
from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.background import waking
from apps.background.sweeping import sweep_forever
from apps.devtools.server import Server
from apps.tenancy.models import Tenant


class Command(BaseCommand):
    help = "Run the development server on HOST and PORT, on a migrated and seeded database, and do background jobs."
    # Checks that read the database would fail before the first migration.
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        address = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
        # The reloader runs this command again in a child process, where everything is prepared.
        if os.environ.get("RUN_MAIN") != "true":
            self._prepare()
            self._announce(f"http://{address}")
        elif not waking.has_workers():
            threading.Thread(target=sweep_forever, args=(1,), daemon=True).start()
        os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"  # `help` already says that it is for development.
        runserver = RunServer()
        runserver.server_cls = Server
        call_command(runserver, address)

    def _prepare(self) -> None:
        # In a separate process, because migrating may need another database role; see manage.py.
        if subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=settings.BASE_DIR).returncode:
            sys.exit(1)
        if slug := settings.DEFAULT_TENANT:
            Tenant.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
            call_command("seed", if_empty=True)

    def _announce(self, base: str) -> None:
        pages = [("Home", "/"), ("API documentation", "/api/v1/docs"), ("Orders", "/api/v1/orders/")]
        if "silk" in settings.PLUGINS:
            pages.append(("Profiler", "/silk/"))
        if "django.contrib.admin" in settings.PLUGINS:
            pages.append(("Admin", "/admin/  (for a login: manage.py createsuperuser)"))
        for name, path in pages:
            self.stdout.write(f"  {name:<18} {base}{path}")
