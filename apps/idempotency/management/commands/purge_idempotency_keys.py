from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.commands import CommandWithExamples, add_json
from apps.idempotency import services
from apps.tenancy.models import Tenant
from apps.tenancy.scope import allow_slow_statements, tenant_scope

KEPT = timedelta(hours=24)


class Command(CommandWithExamples):
    help = """Delete idempotency keys older than 24 hours, of every tenant. Run it at least once a day.

    manage.py purge_idempotency_keys
    manage.py purge_idempotency_keys --json    for scripts
    """

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)

    def handle(self, **options: Any) -> None:
        before = timezone.now() - KEPT
        purged = {}
        for tenant in Tenant.objects.order_by("slug"):
            with tenant_scope(tenant):
                allow_slow_statements()
                purged[tenant.slug] = services.purge_keys(before=before)
        if options["json"]:
            self.print_json({"before": before, "purged": purged})
            return
        for slug, keys in purged.items():
            self.stdout.write(f"{slug}\t{keys} keys")
