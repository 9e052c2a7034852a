from __future__ import annotations

import json
import re
import shlex
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.customers.models import Customer
from apps.devtools.management.commands.run import Command as Run
from apps.orders.models import Item, Order
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope

SMALL = ["--customers", "2", "--orders-per-customer", "3", "--items-per-order", "4"]


def seed(*arguments: str) -> str:
    """Return what `manage.py seed <arguments>` prints."""
    out = StringIO()
    call_command("seed", *arguments, stdout=out)
    return out.getvalue()


def rows_of(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        return [model.objects.count() for model in (Customer, Order, Item)]


def test_seed_writes_rows_and_prints_their_numbers(acme: Tenant, globex: Tenant) -> None:
    out = seed("--tenant", "acme", *SMALL)

    assert out == "2 customers, 6 orders, 24 items written.\n"
    assert (rows_of(acme), rows_of(globex)) == ([2, 6, 24], [0, 0, 0])


def test_seed_has_defaults(acme: Tenant, settings: Any) -> None:
    settings.DEFAULT_TENANT = "acme"

    out = seed()

    assert out == "20 customers, 100 orders, 300 items written.\n"
    assert rows_of(acme) == [20, 100, 300]


def test_seed_again_adds_more(acme: Tenant) -> None:
    seed("--tenant", "acme", *SMALL)

    seed("--tenant", "acme", *SMALL)

    assert rows_of(acme) == [4, 12, 48]


@pytest.mark.parametrize(("numbers", "same"), [(("7", "7"), True), (("7", "8"), False)])
def test_seed_data_is_determined_by_its_number(
    acme: Tenant, globex: Tenant, numbers: tuple[str, str], same: bool
) -> None:
    written = []

    for tenant, number in zip((acme, globex), numbers, strict=True):
        seed("--tenant", tenant.slug, "--seed", number, *SMALL)
        with tenant_scope(tenant):
            written.append(list(Item.objects.order_by("id").values_list("sku", "quantity", "unit_price_cents")))

    assert (written[0] == written[1]) is same


def test_seed_if_empty_does_nothing_to_a_tenant_that_has_customers(acme: Tenant) -> None:
    seed("--tenant", "acme", *SMALL)

    out = seed("--tenant", "acme", "--if-empty", *SMALL)

    assert out == ""
    assert rows_of(acme) == [2, 6, 24]


def test_seed_if_empty_prints_json_zeros_when_it_wrote_nothing(acme: Tenant) -> None:
    seed("--tenant", "acme", *SMALL)

    out = seed("--tenant", "acme", "--if-empty", "--json", *SMALL)

    assert json.loads(out) == {"customers": 0, "orders": 0, "items": 0}


def test_seed_if_empty_fills_an_empty_tenant_beside_a_full_one(acme: Tenant, globex: Tenant) -> None:
    seed("--tenant", "globex", *SMALL)

    out = seed("--tenant", "acme", "--if-empty", *SMALL)

    assert out == "2 customers, 6 orders, 24 items written.\n"
    assert (rows_of(acme), rows_of(globex)) == ([2, 6, 24], [2, 6, 24])


def test_seed_prints_no_progress_without_a_terminal(acme: Tenant, capsys: Any) -> None:
    seed("--tenant", "acme", *SMALL)

    assert capsys.readouterr() == ("", "")


def test_seed_for_an_unknown_tenant_is_refused(acme: Tenant) -> None:
    with pytest.raises(CommandError, match=r"^There is no tenant 'nobody'\. First: manage\.py tenant create <slug>$"):
        seed("--tenant", "nobody", *SMALL)

    assert rows_of(acme) == [0, 0, 0]


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "", "²"])
@pytest.mark.parametrize("option", ["--customers", "--orders-per-customer", "--items-per-order", "--seed"])
def test_seed_refuses_anything_but_a_non_negative_integer(acme: Tenant, option: str, value: str) -> None:
    with pytest.raises(CommandError, match=f"argument {option}: "):
        seed("--tenant", "acme", option, value)

    assert rows_of(acme) == [0, 0, 0]


def test_seed_help_shows_examples_that_work(acme: Tenant, settings: Any, capsys: Any) -> None:
    settings.DEFAULT_TENANT = "acme"
    with pytest.raises(SystemExit):
        seed("--help")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    examples = [shlex.split(re.split(r"\s{2,}", line)[0])[2:] for line in lines if line.startswith("manage.py seed")]

    printed = [seed(*arguments) for arguments in examples]

    assert printed == [
        "20 customers, 100 orders, 300 items written.\n",
        "200 customers, 1600 orders, 6400 items written.\n",
        "",
        '{\n  "customers": 20,\n  "orders": 100,\n  "items": 300\n}\n',
    ]
    assert rows_of(acme) == [240, 1800, 7000]


@pytest.mark.parametrize(
    ("plugins", "pages"),
    [
        ([], ["Home", "API documentation", "Orders"]),
        (["silk", "django.contrib.admin"], ["Home", "API documentation", "Orders", "Profiler", "Admin"]),
    ],
)
def test_run_prints_the_pages_of_the_plugins(settings: Any, plugins: list[str], pages: list[str]) -> None:
    settings.PLUGINS = plugins
    out = StringIO()

    Run(stdout=out)._announce("http://127.0.0.1:8000")

    lines = out.getvalue().splitlines()
    assert [line.split("  ")[1] for line in lines] == pages
    assert ("manage.py createsuperuser" in lines[-1]) is ("django.contrib.admin" in plugins)
