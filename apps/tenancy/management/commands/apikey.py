from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from apps.commands import CommandWithExamples, add_json
from apps.tenancy import keys
from apps.tenancy.management.lookup import find_tenant
from apps.tenancy.models import ApiKey, Tenant


class Command(CommandWithExamples):
    help = """Create, list and revoke API keys. A key is printed once, when it is created.

    manage.py apikey create acme --name "billing job" --scope read --expires-in-days 90
    manage.py apikey list acme
    manage.py apikey revoke 1a2b3c4d
    manage.py apikey list acme --json    for scripts; also for create and revoke

    Exit status: 0 done, 1 refused (no such tenant or key), 2 wrong usage.
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
        revoke = actions.add_parser("revoke", help="revoke a key")
        revoke.add_argument("prefix", help="the part between the two underscores")
        for action in (create, listing, revoke):
            add_json(action)

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "revoke":
            self._revoke(options["prefix"], as_json=options["json"])
            return
        tenant = find_tenant(options["tenant"])
        if action == "list":
            self._list(tenant, as_json=options["json"])
            return
        days = options["expires_in_days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--expires-in-days must lie between 1 and 3650.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            key = keys.issue_key(tenant=tenant, name=options["name"], scope=options["scope"], expires_at=expires_at)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        if options["json"]:
            (written,) = ApiKey.objects.filter(prefix=key.split("_")[1])
            self.print_json({"key": key, **_described(written)})
            return
        # The key alone goes to stdout, so that a script can read it.
        self.stderr.write("This is shown once; it cannot be recovered:")
        self.stdout.write(key)

    def _list(self, tenant: Tenant, *, as_json: bool) -> None:
        keys_of_tenant = ApiKey.objects.filter(tenant=tenant).select_related("tenant").order_by("id")
        described = [_described(key) for key in keys_of_tenant]
        if as_json:
            self.print_json(described)
            return
        for key in described:
            self.stdout.write("{prefix}\t{scope}\t{state}\t{name}".format(**key))

    def _revoke(self, prefix: str, *, as_json: bool) -> None:
        try:
            key = keys.revoke_key(prefix=prefix)
        except ApiKey.DoesNotExist as error:
            raise CommandError(f"There is no key with the prefix {prefix!r}. See: manage.py apikey list") from error
        if as_json:
            self.print_json(_described(key))
            return
        self.stdout.write(f"Key {key.prefix} of {key.tenant.slug} is revoked.")


def _described(key: ApiKey) -> dict[str, Any]:
    state = "live" if key.is_live(timezone.now()) else "revoked" if key.revoked_at else "expired"
    shown = {name: getattr(key, name) for name in ("prefix", "name", "scope", "expires_at", "revoked_at")}
    return {"tenant": key.tenant.slug, "state": state, **shown}
