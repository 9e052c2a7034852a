from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import CommandError, CommandParser

from apps.commands import CommandWithExamples, add_json
from apps.tenancy.models import Tenant


class Command(CommandWithExamples):
    help = """Create and list tenants.

    manage.py tenant create acme --name "Acme Ltd" --timezone Europe/Berlin
    manage.py tenant list
    manage.py tenant list --json    for scripts; create has it too

    Exit status: 0 done, 1 refused (the slug is taken, the time zone unknown), 2 wrong usage.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="create a tenant")
        create.add_argument("slug")
        create.add_argument("--name", help="default: the slug")
        create.add_argument("--timezone", default="UTC", help="IANA name, default UTC")
        listing = actions.add_parser("list", help="list all tenants")
        for action in (create, listing):
            add_json(action)

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "list":
            tenants = Tenant.objects.order_by("slug")
            if options["json"]:
                self.print_json([_described(tenant) for tenant in tenants])
                return
            for tenant in tenants:
                state = "" if tenant.is_active else "\tinactive"
                self.stdout.write(f"{tenant.slug}\t{tenant.name}\t{tenant.timezone}{state}")
            return
        tenant = Tenant(slug=options["slug"], name=options["name"] or options["slug"], timezone=options["timezone"])
        try:
            tenant.full_clean()
        except ValidationError as error:
            reasons = {field: " ".join(messages) for field, messages in error.message_dict.items()}
            named = [text if field == NON_FIELD_ERRORS else f"{field}: {text}" for field, text in reasons.items()]
            raise CommandError("; ".join(named)) from error
        tenant.save()
        if options["json"]:
            self.print_json(_described(tenant))
            return
        self.stdout.write(f"Tenant {tenant.slug} created. Next: manage.py apikey create {tenant.slug}")


def _described(tenant: Tenant) -> dict[str, Any]:
    return {name: getattr(tenant, name) for name in ("slug", "name", "timezone", "is_active")}
