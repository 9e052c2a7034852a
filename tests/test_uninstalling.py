"""Each optional app can go: the others migrate, pass their tests and serve without it."""

from __future__ import annotations

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
def test_the_other_apps_pass_their_tests_without(request, tmp_path, app, folders):
    (tmp_path / "settings_without.py").write_text(SETTINGS.format(app=app))
    # A database of its own on the same server.
    url = re.sub(r"/[^/]+$", f"/without_{app.rpartition('.')[2]}", os.environ["DATABASE_URL"])

    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-x", "--ds=settings_without", "-p", "no:cacheprovider",
            f"--database={request.config.option.database}", *[f"tests/{folder}" for folder in folders],
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
            "DATABASE_URL": url, "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"\d{3} passed", done.stdout), done.stdout[-300:]
