import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import CommandError, CommandParser

from apps.commands import CommandWithExamples, add_json
from apps.tenancy import exporting, importing, tenants
from apps.tenancy.management.lookup import find_tenant
from apps.tenancy.models import Tenant


class Command(CommandWithExamples):
    help = """Create, list, suspend, resume, rename, export, import and delete tenants.

    manage.py tenant create acme --name "Acme Ltd" --timezone Europe/Berlin
    manage.py tenant list
    manage.py tenant suspend acme            refuse its keys, within 5 seconds
    manage.py tenant resume acme
    manage.py tenant rename acme --slug acme-old --name "Acme (old)"
    manage.py tenant export acme-old acme.zip    all its rows; no API keys, no idempotency keys
    manage.py tenant create acme
    manage.py tenant import acme acme.zip    into an empty tenant, here or elsewhere
    manage.py tenant delete acme-old --yes   rows, keys and the tenant; without --yes it asks for the slug
    manage.py tenant list --json             for scripts; all the others have it too

    Exit status: 0 done, 1 refused (the slug is taken, the archive damaged), 2 wrong usage. What is refused changes
    nothing.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="create a tenant")
        create.add_argument("slug")
        create.add_argument("--name", help="default: the slug")
        create.add_argument("--timezone", default="UTC", help="IANA name, default UTC")
        actions.add_parser("list", help="list all tenants")
        for action, what in (
            ("suspend", "refuse a tenant's keys, and keep its rows"),
            ("resume", "accept the keys of a suspended tenant again"),
            ("rename", "change a tenant's slug or name; its keys stay valid"),
            ("export", "write all rows of a tenant into a new file"),
            ("import", "write the rows of an export into an empty tenant"),
            ("delete", "delete a tenant with all its rows and keys"),
        ):
            actions.add_parser(action, help=what).add_argument("slug")
        actions.choices["rename"].add_argument("--slug", dest="new_slug", metavar="NEW")
        actions.choices["rename"].add_argument("--name", metavar="NEW")
        actions.choices["export"].add_argument("file", type=Path, help="a zip that does not exist yet")
        actions.choices["import"].add_argument("file", type=Path)
        actions.choices["delete"].add_argument("--yes", action="store_true", help="do not ask, for scripts")
        for subparser in actions.choices.values():
            add_json(subparser)

    def handle(self, *, action: str, **options: Any) -> None:
        as_json = options["json"]
        if action == "list":
            self._list(as_json)
        elif action == "create":
            with _reasons():
                tenant = tenants.create_tenant(
                    slug=options["slug"], name=options["name"] or options["slug"], timezone=options["timezone"]
                )
            self._print(tenant, f"Tenant {tenant.slug} created. Next: manage.py apikey create {tenant.slug}", as_json)
        else:
            getattr(self, f"_{action}")(find_tenant(options["slug"]), **options)

    def _list(self, as_json: bool) -> None:
        ordered = Tenant.objects.order_by("slug")
        if as_json:
            self.print_json([_described(tenant) for tenant in ordered])
            return
        for tenant in ordered:
            state = "" if tenant.is_active else "\tinactive"
            self.stdout.write(f"{tenant.slug}\t{tenant.name}\t{tenant.timezone}{state}")

    def _suspend(self, tenant: Tenant, *, json: bool, **options: Any) -> None:
        tenants.set_active(tenant=tenant, is_active=False)
        self._print(tenant, f"Tenant {tenant.slug} suspended. Its keys are refused within 5 seconds.", json)

    def _resume(self, tenant: Tenant, *, json: bool, **options: Any) -> None:
        tenants.set_active(tenant=tenant, is_active=True)
        self._print(tenant, f"Tenant {tenant.slug} resumed. Its keys are accepted within 5 seconds.", json)

    def _rename(self, tenant: Tenant, *, new_slug: str | None, name: str | None, json: bool, **options: Any) -> None:
        if new_slug is None and name is None:
            raise CommandError("Give --slug, --name or both.", returncode=2)
        with _reasons():
            tenants.rename_tenant(
                tenant=tenant,
                slug=tenant.slug if new_slug is None else new_slug,
                name=tenant.name if name is None else name,
            )
        self._print(tenant, f"Tenant {options['slug']} is now {tenant.slug} ({tenant.name}).", json)

    def _export(self, tenant: Tenant, *, file: Path, json: bool, **options: Any) -> None:
        try:
            # Personal data: for the user who exports alone.
            with open(file, "xb", opener=partial(os.open, mode=0o600)) as target:
                try:
                    rows = exporting.export_tenant(tenant, target)
                except BaseException:
                    file.unlink()
                    raise
        except (OSError, exporting.NotExportable) as error:
            raise CommandError(f"Tenant {tenant.slug} was not exported: {error}") from error
        self._print_rows(tenant, rows, f"exported to {file}", json)

    def _import(self, tenant: Tenant, *, file: Path, json: bool, **options: Any) -> None:
        try:
            with open(file, "rb") as source:
                rows = importing.import_tenant(tenant, source)
        except (OSError, importing.ArchiveRefused) as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        self._print_rows(tenant, rows, f"imported from {file}", json)

    def _delete(self, tenant: Tenant, *, yes: bool, json: bool, **options: Any) -> None:
        if not yes:
            self._confirm(tenant)
        try:
            rows = tenants.delete_tenant(tenant=tenant)
        except tenants.TenantNotDeleted as error:
            raise CommandError(str(error)) from error
        self._print_rows(tenant, rows, "deleted, with its keys", json)

    def _confirm(self, tenant: Tenant) -> None:
        if not (sys.stdin and sys.stdin.isatty()):
            raise CommandError("Nothing was deleted: pass --yes, because there is no terminal to ask.")
        self.stderr.write(f"This deletes tenant {tenant.slug} ({tenant.name}) with all its rows and keys, for good.")
        self.stderr.write("Its slug, to go on: ", ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip() != tenant.slug:
            raise CommandError("Nothing was deleted: that is not the slug.")

    def _print(self, tenant: Tenant, sentence: str, as_json: bool) -> None:
        if as_json:
            self.print_json(_described(tenant))
        else:
            self.stdout.write(sentence)

    def _print_rows(self, tenant: Tenant, rows: dict[str, int], what: str, as_json: bool) -> None:
        if as_json:
            self.print_json({"slug": tenant.slug, "rows": rows})
        else:
            self.stdout.write(f"Tenant {tenant.slug} {what}: {sum(rows.values())} rows.")


@contextmanager
def _reasons() -> Iterator[None]:
    """Turn a ValidationError into a CommandError that names each field."""
    try:
        yield
    except ValidationError as error:
        reasons = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        named = [text if field == NON_FIELD_ERRORS else f"{field}: {text}" for field, text in reasons.items()]
        raise CommandError("; ".join(named)) from error


def _described(tenant: Tenant) -> dict[str, Any]:
    return {name: getattr(tenant, name) for name in ("slug", "name", "timezone", "is_active")}
