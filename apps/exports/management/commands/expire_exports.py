from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.commands import CommandWithExamples, add_json
from apps.exports import expiring
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope


class Command(CommandWithExamples):
    help = """Delete the files of exports that have expired, exports older than a month, and files that nobody needs.

    manage.py expire_exports
    manage.py expire_exports --json    for scripts

    Exit status: 0; 1 if it failed for a tenant, which the log names. The others' exports have expired nevertheless.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)

    def handle(self, **options: Any) -> None:
        counts: dict[str, dict[str, int]] = {}
        failed: list[str] = []
        for tenant in Tenant.objects.order_by("slug"):
            with _noted(failed, tenant.slug), tenant_scope(tenant, atomic=False):
                expired, deleted = expiring.expire_exports()
                counts[tenant.slug] = {"expired": expired, "deleted": deleted}
        with _noted(failed, "deleted tenants"):
            expiring.remove_files_of_deleted_tenants()
        if options["json"]:
            self.print_json(counts)
        else:
            for slug, count in counts.items():
                self.stdout.write("{}\t{expired} expired\t{deleted} deleted".format(slug, **count))
        if failed:
            raise CommandError(f"{len(failed)} failed, and the log says why: {', '.join(failed)}.")


@contextmanager
def _noted(failed: list[str], whose: str) -> Iterator[None]:
    """Log an error of the block and add to `failed` whose exports it is about, so that the others' come next."""
    try:
        yield
    except Exception:  # whatever a storage raises
        getLogger(__name__).exception("The exports of %s could not be expired.", whose)
        failed.append(whose)
