"""Each optional app can be uninstalled: the others migrate, pass their tests and serve without it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = """
from config.settings import *

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "{app}"]
"""


@pytest.mark.parametrize(
    ("app", "folders"),
    [
        ("apps.reporting", ["customers", "orders", "tenancy", "devtools"]),
        ("apps.devtools", ["customers", "orders", "tenancy", "reporting"]),
    ],
)
def test_other_apps_pass_their_tests_without_the_app(request, tmp_path, app, folders):
    (tmp_path / "settings_without.py").write_text(SETTINGS.format(app=app))

    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-x", "--ds=settings_without", "-p", "no:cacheprovider",
            f"--database={request.config.option.database}", *[f"tests/{folder}" for folder in folders],
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"\d{3} passed", done.stdout), done.stdout[-300:]


def test_unapplying_an_app_removes_its_triggers(empty_database, tmp_path):
    """Otherwise every write to their tables would fail, as the triggers' own tables are gone."""
    (tmp_path / "settings_without.py").write_text(
        'from config.settings import *\nINSTALLED_APPS.remove("apps.reporting")\n'
    )

    def manage(*arguments: str, settings: str) -> str:
        environment = {
            **os.environ, **empty_database,
            "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": settings,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    manage("migrate", "-v", "0", settings="config.settings")
    manage("migrate", "reporting", "zero", "-v", "0", settings="config.settings")
    manage("migrate", "-v", "0", settings="settings_without")
    manage("tenant", "create", "initech", settings="settings_without")
    manage("seed", "--tenant", "initech", settings="settings_without")

    numbers = json.loads(manage("reconcile", "--json", settings="settings_without"))
    assert {(row["number"], row["rows"]) for row in numbers["numbers"]} == {("order totals", 0)}
    # Installed again over filled tables, the app computes its totals.
    manage("migrate", "-v", "0", settings="config.settings")
    numbers = json.loads(manage("reconcile", "--json", settings="config.settings"))
    assert {(row["number"], row["rows"]) for row in numbers["numbers"]} == {
        (number, 0) for number in ("order totals", "customer totals", "sales totals")
    }
