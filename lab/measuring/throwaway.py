"""Faults at work, each on and off, in processes of their own on throw-away SQLite databases: nothing else is touched.

A module that is run there ends with `throwaway.work(function, *sys.argv[1:])`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import django
from django.db import transaction
from django.test import Client

from harness.environment import TESTS
from harness.machine import ROOT
from lab.core.fault import Call, Fault, LabError


def run(module: str, faults: list[Fault], folder: Path, **environment: str) -> dict[str, dict[str, Any]]:
    """By fault, on and off: what the module's function returned there. Raises LabError when a process fails."""
    plain = [fault.slug for fault in faults if not fault.changes_schema]
    groups = [("off", [fault.slug for fault in faults]), ("on", plain)]
    groups += [("on", [fault.slug]) for fault in faults if fault.changes_schema]
    found: dict[str, dict[str, Any]] = {fault.slug: {} for fault in faults}
    for state, slugs in groups:
        for slug, result in (_in_a_process(module, state, folder, slugs, environment) if slugs else {}).items():
            found[slug][state] = result
    return found


def work(function: Callable[[Fault], Any], state: str, folder: str, *slugs: str) -> None:
    """In such a process: call the function for each fault, and write what it returned as JSON, by fault."""
    django.setup()
    from django.core.management import call_command

    from lab.core.loader import find_faults
    from lab.core.switch import switched_on

    faults = find_faults(list(slugs), Path(folder))
    found = {}
    with switched_on(faults[0]) if state == "on" and faults[0].changes_schema else nullcontext():
        call_command("migrate", verbosity=0)
    for fault in faults:
        with switched_on(fault) if state == "on" else nullcontext():
            found[fault.slug] = function(fault)
    sys.stdout.write(json.dumps(found))


@contextmanager
def arranged(fault: Fault, n: int) -> Iterator[tuple[Client, Call]]:
    """A client of a new tenant, and what it is to ask for. The database is afterwards as it was."""
    from apps.tenancy import keys
    from apps.tenancy.models import Tenant
    from apps.tenancy.scope import tenant_scope
    from lab.core import factory

    with transaction.atomic():
        acme, globex = (Tenant.objects.create(slug=slug, timezone="Europe/Berlin") for slug in ("acme", "globex"))
        with tenant_scope(globex):
            (order,) = factory.orders(factory.customers(1))
            assert order.pk == factory.FOREIGN_ORDER
        with tenant_scope(acme):
            call = fault.arrange(n)
        headers = {"Authorization": f"Bearer {keys.issue_key(tenant=acme)}"}
        yield Client(headers=headers, raise_request_exception=False), call
        transaction.set_rollback(True)


def answers(client: Client, call: Call) -> Iterator[Any]:
    """Send it, and yield its answer; of a walk every page's, each sent when it is asked for."""
    path: str | None = call.path
    while path:
        answer = client.generic(call.method, path, json.dumps(call.body or {}), "application/json", secure=True)
        yield answer
        path = json.loads(answer.content).get("next") if call.walk else None


def _in_a_process(
    module: str, state: str, folder: Path, slugs: list[str], environment: dict[str, str]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as temporary:
        url = f"sqlite:///{temporary}/lab.sqlite3"
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}
        command = [sys.executable, "-m", module, state, str(folder), *slugs]
        everything = {**os.environ, **TESTS, **settings, **environment}
        done = subprocess.run(command, cwd=ROOT, env=everything, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"{', '.join(slugs)}: the process failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout)
