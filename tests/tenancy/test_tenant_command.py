"""`manage.py tenant` beyond `create` and `list`, which test_commands.py tests."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from apps.tenancy import exporting, keys
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import ApiKey, Tenant
from tests.conftest import Api, rows_of
from tests.support.archives import NOT_EXPORTED
from tests.support.filled import STALE, content, fill
from tests.tenancy.test_commands import run

ORDERS = "/api/v1/orders/"


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`wait(5)` moves the clock on."""
    passed = timedelta()
    now, clock = timezone.now, time.time

    def move(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    monkeypatch.setattr(time, "time", lambda: clock() + passed.total_seconds())
    return move


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Type a text at the terminal, which is standard input."""
    keyboard, terminal = os.openpty()
    with os.fdopen(keyboard, "w", buffering=1) as keys_pressed, os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda text: print(text, end="", file=keys_pressed, flush=True)


def refuses(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        run("tenant", *arguments)
    return refusal.value


def test_a_suspended_tenants_keys_are_refused_until_it_is_resumed(
    acme: Tenant, globex: Tenant, api: Api, wait: Callable[[float], None]
) -> None:
    fill(acme)
    before, others = rows_of(acme), Api(keys.issue_key(tenant=globex))
    statuses = [api.get(ORDERS).status_code]

    suspended, _ = run("tenant", "suspend", "acme")
    wait(5)
    statuses += [api.get(ORDERS).status_code, api.post(ORDERS).status_code, others.get(ORDERS).status_code]
    resumed, _ = run("tenant", "resume", "acme")
    wait(5)
    statuses += [api.get(ORDERS).status_code]

    assert statuses == [200, 401, 401, 200, 200]
    assert suspended == "Tenant acme suspended. Its keys are refused within 5 seconds.\n"
    assert resumed == "Tenant acme resumed. Its keys are accepted within 5 seconds.\n"
    assert rows_of(acme) == before


@pytest.mark.parametrize(("action", "is_active"), [("suspend", False), ("resume", True)])
def test_suspending_or_resuming_twice_is_no_error(acme: Tenant, action: str, is_active: bool) -> None:
    run("tenant", action, "acme")
    run("tenant", action, "acme")

    assert Tenant.objects.get().is_active is is_active


@pytest.mark.parametrize(
    ("arguments", "slug", "name"),
    [
        (["--slug", "acme-old"], "acme-old", "Acme"),
        (["--name", "Acme (old)"], "acme", "Acme (old)"),
        (["--slug", "ACME", "--name", "A"], "ACME", "A"),
    ],
)
def test_rename_changes_what_is_given(acme: Tenant, arguments: list[str], slug: str, name: str) -> None:
    out, _ = run("tenant", "rename", "acme", *arguments)

    assert out == f"Tenant acme is now {slug} ({name}).\n"
    assert list(Tenant.objects.values_list("pk", "slug", "name", "timezone")) == [
        (acme.pk, slug, name, "Europe/Berlin")
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "Give --slug, --name or both."),
        (["--slug", "globex"], 1, "slug: Tenant with this Slug already exists."),
        (["--slug", "Globex"], 1, "A tenant has this slug already, in other capitals."),
        (["--slug", ""], 1, "slug: This field cannot be blank."),
        (["--name", ""], 1, "name: This field cannot be blank."),
    ],
)
def test_rename_refuses_and_changes_nothing(
    acme: Tenant, globex: Tenant, arguments: list[str], status: int, message: str
) -> None:
    before = list(Tenant.objects.values())

    refusal = refuses("rename", "acme", *arguments)

    assert (str(refusal), refusal.returncode, list(Tenant.objects.values())) == (message, status, before)


def test_an_export_is_imported_into_another_tenant(acme: Tenant, globex: Tenant, tmp_path: Path) -> None:
    fill(acme)
    file = str(tmp_path / "acme.zip")

    exported, _ = run("tenant", "export", "acme", file)
    imported, _ = run("tenant", "import", "globex", file)

    rows = sum(len(content(acme)[model._meta.label]) for model in exporting.exported_models())
    assert exported == f"Tenant acme exported to {file}: {rows} rows.\n"
    assert imported == f"Tenant globex imported from {file}: {rows} rows.\n"
    assert content(globex) == {**content(acme), **NOT_EXPORTED}


def test_an_export_is_for_its_owner_alone(acme: Tenant, tmp_path: Path) -> None:
    run("tenant", "export", "acme", str(tmp_path / "acme.zip"))

    assert stat.S_IMODE((tmp_path / "acme.zip").stat().st_mode) == 0o600


def test_export_writes_over_no_file(acme: Tenant, tmp_path: Path) -> None:
    (tmp_path / "acme.zip").write_text("precious")

    refusal = refuses("export", "acme", str(tmp_path / "acme.zip"))

    assert (tmp_path / "acme.zip").read_text() == "precious"
    assert re.fullmatch(r"Tenant acme was not exported: .*File exists: '.*acme\.zip'", str(refusal))


def test_an_export_that_fails_leaves_no_file(acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    fill(acme)
    monkeypatch.setattr(exporting.json, "dumps", fail)

    refusal = refuses("export", "acme", str(tmp_path / "acme.zip"))

    assert str(refusal) == "Tenant acme was not exported: [Errno 28] No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_import_names_what_it_refuses_and_writes_nothing(acme: Tenant, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("id,email")
    before = rows_of(acme)

    refusals = [str(refuses("import", "acme", str(tmp_path / name))) for name in ("no.zip", "missing.zip")]

    assert refusals[0] == "Nothing was imported. The file is no archive of a tenant: File is not a zip file"
    assert re.fullmatch(r"Nothing was imported\. .*No such file or directory: '.*missing\.zip'", refusals[1])
    assert rows_of(acme) == before


@pytest.mark.parametrize(
    "arguments",
    [["suspend"], ["resume"], ["rename", "--name", "N"], ["export", "x.zip"], ["import", "x.zip"], ["delete", "--yes"]],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_tenant_is_refused(
    acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    refusal = refuses(arguments[0], "nobody", *arguments[1:])

    assert str(refusal) == "There is no tenant 'nobody'. See: manage.py tenant list"
    assert (list(Tenant.objects.all()), list(tmp_path.iterdir())) == ([acme], [])


def test_delete_asks_for_the_slug(acme: Tenant, globex: Tenant, type_in: Callable[[str], None]) -> None:
    fill(acme)
    keys.issue_key(tenant=acme)
    kept = {model._meta.label for model in tenant_owned_models() if model.kept_by_database}
    rows = sum(len(of) for label, of in content(acme).items() if label not in kept) + 1
    if STALE in content(acme):  # The bucket of all orders, noted while these and their items are deleted.
        rows += 1 if connection.vendor == "sqlite" else 2
    type_in("acme\n")

    out, err = run("tenant", "delete", "acme")

    assert out == f"Tenant acme deleted, with its keys: {rows} rows.\n"
    assert err == ("This deletes tenant acme (Acme) with all its rows and keys, for good.\nIts slug, to go on: ")
    assert (list(Tenant.objects.all()), ApiKey.objects.count()) == ([globex], 0)


@pytest.mark.parametrize("typed", ["\n", "yes\n", "globex\n", "ACME\n", "\x04"], ids=repr)
def test_delete_without_the_slug_deletes_nothing(
    acme: Tenant, globex: Tenant, type_in: Callable[[str], None], typed: str
) -> None:
    fill(acme)
    before = rows_of(acme)
    type_in(typed)

    refusal = refuses("delete", "acme")

    assert (str(refusal), refusal.returncode) == ("Nothing was deleted: that is not the slug.", 1)
    assert (rows_of(acme), Tenant.objects.count()) == (before, 2)


@pytest.mark.parametrize("stdin", [io.StringIO("acme\n"), None], ids=["pipe", "none"])
def test_delete_without_a_terminal_needs_yes(acme: Tenant, monkeypatch: pytest.MonkeyPatch, stdin: Any) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)

    refusal = refuses("delete", "acme")

    assert str(refusal) == "Nothing was deleted: pass --yes, because there is no terminal to ask."
    assert Tenant.objects.get() == acme

    run("tenant", "delete", "acme", "--yes")

    assert not Tenant.objects.exists()


def test_a_deletion_that_is_refused_says_why(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(acme)
    monkeypatch.setattr("apps.tenancy.tenants.tenant_owned_models", list)
    before = rows_of(acme)

    refusal = refuses("delete", "acme", "--yes")

    assert re.match(r"Nothing was deleted: .*protected foreign keys", str(refusal))
    assert rows_of(acme) == before


def test_every_action_prints_json_for_scripts(acme: Tenant, tmp_path: Path) -> None:
    def document(*arguments: str) -> Any:
        out, err = run("tenant", *arguments, "--json")
        assert err == ""
        return json.loads(out)

    fill(acme)
    rows = {model._meta.label: len(content(acme)[model._meta.label]) for model in exporting.exported_models()}
    # The bucket of all orders, noted during the import and the deletion, by PostgreSQL per statement.
    stale = {STALE: 1 if connection.vendor == "sqlite" else 4} if STALE in content(acme) else {}
    described = {"slug": "acme", "name": "Acme", "timezone": "Europe/Berlin", "is_active": True}
    file = str(tmp_path / "acme.zip")
    document("create", "globex")

    assert document("suspend", "acme") == {**described, "is_active": False}
    assert document("resume", "acme") == described
    assert document("rename", "acme", "--slug", "old") == {**described, "slug": "old"}
    assert document("export", "old", file) == {"slug": "old", "rows": rows}
    assert document("import", "globex", file) == {"slug": "globex", "rows": rows}
    assert document("delete", "globex", "--yes") == {
        "slug": "globex",
        "rows": {**rows, **dict.fromkeys(NOT_EXPORTED, 0), **stale, "tenancy.ApiKey": 0},
    }
