from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from apps.commands import CommandWithExamples, add_json
from apps.customers import selectors as customers
from apps.devtools import services
from apps.devtools.progress import progress
from apps.devtools.serializers import SIZE
from apps.errors import Conflict
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope


def count(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


class Command(CommandWithExamples):
    help = """Write sample customers, orders and items. Running it again adds more.

    manage.py seed
    manage.py seed --customers 200 --orders-per-customer 8 --items-per-order 4 --seed 7
    manage.py seed --tenant acme --if-empty
    manage.py seed --json                      numbers of rows written, for scripts

    Exit status: 0 written, or not empty with --if-empty; 1 there is no such tenant; 2 wrong usage.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", default=settings.DEFAULT_TENANT, help="slug; default: DEFAULT_TENANT")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if the tenant has customers")
        for name, default in SIZE.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=count, default=default, help=f"default {default}")
        parser.add_argument("--seed", type=count, default=42, help="the same seed produces the same data; default 42")
        add_json(parser)

    def handle(self, *, tenant: str, if_empty: bool, **options: Any) -> None:
        try:
            owner = Tenant.objects.get(slug=tenant)
        except Tenant.DoesNotExist as error:
            raise CommandError(f"There is no tenant {tenant!r}. First: manage.py tenant create <slug>") from error
        with tenant_scope(owner):
            skip = if_empty and customers.customer_list().exists()
        seeded = services.Seeded() if skip else self._seed(owner, {name: options[name] for name in (*SIZE, "seed")})
        if options["json"]:
            self.print_json(asdict(seeded))
        elif not skip:
            self.stdout.write(", ".join(f"{number} {name}" for name, number in asdict(seeded).items()) + " written.")

    def _seed(self, owner: Tenant, numbers: dict[str, int]) -> services.Seeded:
        with tenant_scope(owner, atomic=False), progress(numbers["customers"], "customers") as bar:
            try:
                return services.seed(**numbers, progress=bar.update)
            except Conflict as error:
                raise CommandError(error.detail) from error
