from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from apps.customers import selectors as customers
from apps.devtools import services
from apps.devtools.serializers import SIZE
from apps.errors import Conflict
from apps.tenancy.management.examples import CommandWithExamples
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
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", default=settings.DEFAULT_TENANT, help="slug; default: DEFAULT_TENANT")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if the tenant has customers")
        for name, default in SIZE.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=count, default=default, help=f"default {default}")
        parser.add_argument("--seed", type=count, default=42, help="same seed, same data; default 42")

    def handle(self, *, tenant: str, if_empty: bool, **options: Any) -> None:
        try:
            owner = Tenant.objects.get(slug=tenant)
        except Tenant.DoesNotExist as error:
            raise CommandError(f"There is no tenant {tenant!r}. First: manage.py tenant create <slug>") from error
        with tenant_scope(owner):
            if if_empty and customers.customer_list().exists():
                return
        # A bar on a terminal, silence in a log.
        bar = tqdm(total=options["customers"], unit=" customers", disable=not sys.stderr.isatty())
        with tenant_scope(owner, atomic=False), bar:
            try:
                seeded = services.seed(**{name: options[name] for name in (*SIZE, "seed")}, progress=bar.update)
            except Conflict as error:
                raise CommandError(error.detail) from error
        self.stdout.write(", ".join(f"{number} {name}" for name, number in asdict(seeded).items()) + " written.")
