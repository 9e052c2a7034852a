from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from apps.tenancy import keys
from apps.tenancy.management.examples import CommandWithExamples
from apps.tenancy.models import ApiKey, Tenant


class Command(CommandWithExamples):
    help = """Create, list and revoke API keys. A key is printed once, when it is created.

    manage.py apikey create acme --name "billing job" --scope read --expires-in-days 90
    manage.py apikey list acme
    manage.py apikey revoke 1a2b3c4d
    """

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="create a key and print it")
        create.add_argument("tenant", help="the tenant's slug")
        create.add_argument("--name", default="", help="what the key is for")
        create.add_argument("--scope", choices=ApiKey.Scope.values, default=ApiKey.Scope.WRITE)
        create.add_argument("--expires-in-days", type=int)
        listing = actions.add_parser("list", help="list a tenant's keys")
        listing.add_argument("tenant", help="the tenant's slug")
        revoke = actions.add_parser("revoke", help="make a key useless")
        revoke.add_argument("prefix", help="the part between the two underscores")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "revoke":
            self._revoke(options["prefix"])
            return
        try:
            tenant = Tenant.objects.get(slug=options["tenant"])
        except Tenant.DoesNotExist as error:
            raise CommandError(f"There is no tenant {options['tenant']!r}. See: manage.py tenant list") from error
        if action == "list":
            self._list(tenant)
            return
        days = options["expires_in_days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--expires-in-days must lie between 1 and 3650.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            key = keys.issue_key(tenant=tenant, name=options["name"], scope=options["scope"], expires_at=expires_at)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        # The key alone goes to stdout, so that a script can read it.
        self.stderr.write("This is shown once; it cannot be recovered:")
        self.stdout.write(key)

    def _list(self, tenant: Tenant) -> None:
        now = timezone.now()
        for key in ApiKey.objects.filter(tenant=tenant).order_by("id"):
            state = "live" if key.is_live(now) else "revoked" if key.revoked_at else "expired"
            self.stdout.write(f"{key.prefix}\t{key.scope}\t{state}\t{key.name}")

    def _revoke(self, prefix: str) -> None:
        try:
            key = keys.revoke_key(prefix=prefix)
        except ApiKey.DoesNotExist as error:
            raise CommandError(f"There is no key with the prefix {prefix!r}. See: manage.py apikey list") from error
        self.stdout.write(f"Key {key.prefix} of {key.tenant.slug} is revoked.")
