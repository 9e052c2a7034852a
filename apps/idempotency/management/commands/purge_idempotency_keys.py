from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.idempotency import services
from apps.tenancy.management.examples import CommandWithExamples
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

KEPT = timedelta(hours=24)


class Command(CommandWithExamples):
    help = """Delete the idempotency keys that are older than 24 hours, of every tenant. To be run daily or more often.

    manage.py purge_idempotency_keys
    manage.py purge_idempotency_keys --json    for scripts
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, **options: Any) -> None:
        before = timezone.now() - KEPT
        purged = {}
        for tenant in Tenant.objects.order_by("slug"):
            with tenant_scope(tenant):
                purged[tenant.slug] = services.purge_keys(before=before)
        if options["json"]:
            self.stdout.write(json.dumps({"before": before.isoformat(), "purged": purged}, indent=2))
            return
        for slug, keys in purged.items():
            self.stdout.write(f"{slug}\t{keys} keys")
