from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from model_bakery import baker

from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant


def run(*arguments: str) -> tuple[str, str]:
    """Return what `manage.py <arguments>` prints to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def examples(command: str, capsys: Any) -> list[list[str]]:
    """Return the arguments of each example in the command's help."""
    with pytest.raises(SystemExit) as stop:
        call_command(command, "--help")
    assert stop.value.code == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    return [shlex.split(re.split(r"\s{2,}", line)[0])[1:] for line in lines if line.startswith("manage.py ")]


def test_tenant_create_writes_a_tenant_and_names_the_next_step(db: None) -> None:
    out, _ = run("tenant", "create", "acme", "--name", "Acme Ltd", "--timezone", "Europe/Berlin")

    tenant = Tenant.objects.get()
    assert (tenant.slug, tenant.name, tenant.timezone, tenant.is_active) == ("acme", "Acme Ltd", "Europe/Berlin", True)
    assert out == "Tenant acme created. Next: manage.py apikey create acme\n"


def test_tenant_create_has_defaults(db: None) -> None:
    run("tenant", "create", "acme")

    tenant = Tenant.objects.get()
    assert (tenant.name, tenant.timezone) == ("acme", "UTC")


NO_ZONE = "is not a time zone of both IANA and PostgreSQL, such as 'Europe/Berlin'."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acme"], "slug: Tenant with this Slug already exists."),
        (["Acme"], "A tenant has this slug already, in other capitals."),
        (["new", "--name", "A\u200bcme"], "name: Control characters and other invisible characters are not allowed."),
        (["not a slug"], "slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        (["", "--name", "Empty"], "slug: This field cannot be blank."),
        (["a" * 51], "slug: Ensure this value has at most 50 characters (it has 51)."),
        (["new", "--name", "n" * 201], "name: Ensure this value has at most 200 characters (it has 201)."),
        (["new", "--timezone", "Berlin"], f"timezone: 'Berlin' {NO_ZONE}"),
        (["new", "--timezone", "CET"], f"timezone: 'CET' {NO_ZONE}"),
        (["new", "--timezone", "../etc/passwd"], f"timezone: '../etc/passwd' {NO_ZONE}"),
    ],
    ids=[
        "taken",
        "taken in other capitals",
        "invisible character",
        "no slug",
        "empty",
        "long slug",
        "long name",
        "no zone",
        "zone without summer time",
        "path as zone",
    ],
)
def test_tenant_create_refuses_and_writes_nothing(acme: Tenant, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=f"^{re.escape(message)}$"):
        run("tenant", "create", *arguments)

    assert list(Tenant.objects.all()) == [acme]


@pytest.mark.parametrize("slug", ["acme", "Acme", "ACME"])
def test_slug_is_unique_in_any_case_in_the_database_too(acme: Tenant, slug: str) -> None:
    with pytest.raises(IntegrityError):
        Tenant.objects.bulk_create([Tenant(slug=slug, name="Twin")])


def test_tenant_list_shows_all_by_slug(globex: Tenant, acme: Tenant) -> None:
    baker.make(Tenant, slug="initech", name="Initech", is_active=False)

    out, _ = run("tenant", "list")

    assert out.splitlines() == [
        "acme\tAcme\tEurope/Berlin",
        "globex\tGlobex\tAsia/Kolkata",
        "initech\tInitech\tUTC\tinactive",
    ]


def test_apikey_create_prints_only_a_working_key_to_stdout(acme: Tenant, globex: Tenant) -> None:
    out, err = run("apikey", "create", "globex", "--name", "billing job")

    assert out.count("\n") == 1
    assert keys.identify(f"Bearer {out.strip()}").acting(changes=True) == globex
    assert ApiKey.objects.get().name == "billing job"
    assert err == "This is shown once; it cannot be recovered:\n"


def test_apikey_create_can_make_a_key_that_only_reads(acme: Tenant) -> None:
    out, _ = run("apikey", "create", "acme", "--scope", "read")

    assert keys.identify(f"Bearer {out.strip()}").acting(changes=False) == acme
    with pytest.raises(keys.KeyIsReadOnly):
        keys.identify(f"Bearer {out.strip()}").acting(changes=True)


@pytest.mark.parametrize("days", [1, 3650])
def test_apikey_create_can_make_a_key_that_expires(acme: Tenant, days: int) -> None:
    before = timezone.now()

    run("apikey", "create", "acme", "--expires-in-days", str(days))

    expires_at = ApiKey.objects.get().expires_at
    assert expires_at is not None
    assert before <= expires_at - timedelta(days=days) <= timezone.now()


def test_apikey_create_without_expiry_makes_a_key_that_never_expires(acme: Tenant) -> None:
    run("apikey", "create", "acme")

    assert ApiKey.objects.get().expires_at is None


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["create", "nobody"], id="unknown tenant"),
        pytest.param(["create", "acme", "--scope", "admin"], id="unknown scope"),
        pytest.param(["create", "acme", "--expires-in-days", "0"], id="no days"),
        pytest.param(["create", "acme", "--expires-in-days", "-1"], id="negative days"),
        pytest.param(["create", "acme", "--expires-in-days", "3651"], id="more than ten years"),
        pytest.param(["create", "acme", "--expires-in-days", "9" * 30], id="more days than time has"),
        pytest.param(["create", "acme", "--expires-in-days", "soon"], id="no number"),
        pytest.param(["create", "acme", "--name", "n" * 101], id="long name"),
        pytest.param(["create"], id="no tenant"),
        pytest.param(["list", "nobody"], id="keys of an unknown tenant"),
        pytest.param(["revoke", "00000000"], id="unknown prefix"),
        pytest.param(["destroy"], id="unknown action"),
        pytest.param([], id="no action"),
    ],
)
def test_apikey_refuses_and_writes_nothing(acme: Tenant, arguments: list[str]) -> None:
    keys.issue_key(tenant=acme)
    before = list(ApiKey.objects.values())

    with pytest.raises(CommandError):
        run("apikey", *arguments)

    assert list(ApiKey.objects.values()) == before


def test_apikey_of_an_unknown_tenant_suggests_tenant_list(db: None) -> None:
    with pytest.raises(CommandError, match=r"^There is no tenant 'nobody'\. See: manage\.py tenant list$"):
        run("apikey", "create", "nobody")


def test_apikey_list_shows_the_tenants_keys_and_no_secret(acme: Tenant, globex: Tenant) -> None:
    live, expired, revoked, foreign = (
        keys.issue_key(tenant=acme, name="billing"),
        keys.issue_key(tenant=acme, scope="read", expires_at=timezone.now() - timedelta(days=1)),
        keys.issue_key(tenant=acme),
        keys.issue_key(tenant=globex),
    )
    prefix = {key: key.split("_")[1] for key in (live, expired, revoked, foreign)}
    keys.revoke_key(prefix=prefix[revoked])

    out, err = run("apikey", "list", "acme")

    # The whole output is compared, so it contains neither a secret nor a hash.
    assert out.splitlines() == [
        f"{prefix[live]}\twrite\tlive\tbilling",
        f"{prefix[expired]}\tread\texpired\t",
        f"{prefix[revoked]}\twrite\trevoked\t",
    ]
    assert err == ""


@pytest.mark.parametrize("keys_of_acme", [1, 3])
def test_apikey_list_takes_two_statements(acme: Tenant, django_assert_num_queries: Any, keys_of_acme: int) -> None:
    for _ in range(keys_of_acme):
        keys.issue_key(tenant=acme)

    # 1. the tenant  2. its keys. Counted by Django, since `count` leaves out the tables of tenancy.
    with django_assert_num_queries(2):
        run("apikey", "list", "acme")


def test_apikey_revoke_disables_the_key(acme: Tenant) -> None:
    key, other = keys.issue_key(tenant=acme), keys.issue_key(tenant=acme)
    prefix = key.split("_")[1]

    out, _ = run("apikey", "revoke", prefix)

    assert out == f"Key {prefix} of acme is revoked.\n"
    assert keys.identify(f"Bearer {other}").acting(changes=True) == acme
    with pytest.raises(keys.KeyRefused):
        keys.identify(f"Bearer {key}").acting(changes=False)


def test_commands_print_json_for_scripts(globex: Tenant) -> None:
    def document(*arguments: str) -> Any:
        out, err = run(*arguments, "--json")
        assert err == ""
        return json.loads(out)

    acme = {"slug": "acme", "name": "acme", "timezone": "UTC", "is_active": True}
    assert document("tenant", "create", "acme") == acme
    assert [tenant["slug"] for tenant in document("tenant", "list")] == ["acme", "globex"]
    created = document("apikey", "create", "acme", "--name", "billing")
    key = created.pop("key")
    live = {"tenant": "acme", "state": "live", "prefix": key.split("_")[1], "name": "billing", "scope": "write"}
    assert created == {**live, "expires_at": None, "revoked_at": None}
    assert document("apikey", "list", "acme") == [created]
    revoked = document("apikey", "revoke", created["prefix"])
    assert revoked == {**created, "state": "revoked", "revoked_at": revoked["revoked_at"]}


def test_tenant_help_shows_examples_that_work(
    db: None, capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = examples("tenant", capsys)

    printed = [run(*arguments)[0] for arguments in shown]

    assert [arguments[:2] for arguments in shown] == [
        ["tenant", action]
        for action in (
            "create", "list", "suspend", "resume", "rename", "export", "create", "import", "delete", "list",
        )
    ]  # fmt: skip
    assert printed[1] == "acme\tAcme Ltd\tEurope/Berlin\n"


def test_apikey_help_shows_examples_that_work(acme: Tenant, capsys: Any) -> None:
    baker.make(ApiKey, tenant=acme, prefix="1a2b3c4d", name="old")
    shown = examples("apikey", capsys)

    printed = [run(*arguments)[0] for arguments in shown]

    assert [arguments[:2] for arguments in shown] == [["apikey", name] for name in ("create", "list", "revoke", "list")]
    assert printed[1].splitlines()[1].endswith("\tread\tlive\tbilling job")
    assert printed[2] == "Key 1a2b3c4d of acme is revoked.\n"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("command", "step"),
    [
        ("reconcile", "apps.orders.triggers._drifted"),
        ("purge_idempotency_keys", "apps.idempotency.services.purge_keys"),
    ],
)
def test_commands_have_no_request_timeouts(
    monkeypatch: pytest.MonkeyPatch, acme: Tenant, command: str, step: str
) -> None:
    original = import_string(step)

    def slowly(**options: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.6)")
        return original(**options)

    monkeypatch.setattr(step, slowly)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300ms'")

    out, _ = run(command)

    assert out.startswith("acme\t")
