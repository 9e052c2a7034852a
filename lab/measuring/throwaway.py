"""Call a function with each fault on and off, in separate processes with throw-away SQLite databases.

The function's module must end with `throwaway.work(function, *sys.argv[1:])`.
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
    """Return the results of the module's function, by slug and state (on, off). Raises LabError if a process fails."""
    plain = [fault.slug for fault in faults if not fault.changes_schema]
    groups = [("off", [fault.slug for fault in faults]), ("on", plain)]
    groups += [("on", [fault.slug]) for fault in faults if fault.changes_schema]
    results: dict[str, dict[str, Any]] = {fault.slug: {} for fault in faults}
    for state, slugs in groups:
        for slug, result in (_in_a_process(module, state, folder, slugs, environment) if slugs else {}).items():
            results[slug][state] = result
    return results


def work(function: Callable[[Fault], Any], state: str, folder: str, *slugs: str) -> None:
    """Call the function for each fault, in the process that `run` started, and print the results as JSON by slug."""
    django.setup()
    from django.core.management import call_command

    from lab.core.loader import find_faults
    from lab.core.switch import switched_on

    faults = find_faults(list(slugs), Path(folder))
    results = {}
    with switched_on(faults[0]) if state == "on" and faults[0].changes_schema else nullcontext():
        call_command("migrate", verbosity=0)
    for fault in faults:
        with switched_on(fault) if state == "on" else nullcontext():
            results[fault.slug] = function(fault)
    sys.stdout.write(json.dumps(results))


@contextmanager
def arranged(fault: Fault, n: int) -> Iterator[tuple[Client, Call]]:
    """Write the fault's rows for a new tenant, yield its client and the request to send, and roll everything back."""
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


def responses(client: Client, call: Call) -> Iterator[Any]:
    """Send the request and yield its response. In a walk, each page is requested when the caller iterates to it."""
    path: str | None = call.path
    while path:
        response = client.generic(call.method, path, json.dumps(call.body or {}), "application/json", secure=True)
        yield response
        path = json.loads(response.content).get("next") if call.walk else None


def _in_a_process(
    module: str, state: str, folder: Path, slugs: list[str], environment: dict[str, str]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as temporary:
        url = f"sqlite:///{temporary}/lab.sqlite3"
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}
        command = [sys.executable, "-m", module, state, str(folder), *slugs]
        complete = {**os.environ, **TESTS, **settings, **environment}
        done = subprocess.run(command, cwd=ROOT, env=complete, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"{', '.join(slugs)}: the process failed: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout)
