from typing import Any

from django.core.management.base import CommandParser

from apps.commands import CommandWithExamples, add_json
from apps.exports import expiring
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope


class Command(CommandWithExamples):
    help = """Delete the files of exports that have expired, exports older than a month, and files that nobody needs.

    manage.py expire_exports
    manage.py expire_exports --json    for scripts
    """

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)

    def handle(self, **options: Any) -> None:
        counts = {}
        for tenant in Tenant.objects.order_by("slug"):
            with tenant_scope(tenant, atomic=False):
                expired, deleted = expiring.expire_exports()
            counts[tenant.slug] = {"expired": expired, "deleted": deleted}
        expiring.remove_files_of_deleted_tenants()
        if options["json"]:
            self.print_json(counts)
            return
        for slug, count in counts.items():
            self.stdout.write("{}\t{expired} expired\t{deleted} deleted".format(slug, **count))
