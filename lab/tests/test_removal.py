"""The product does not depend on the lab: it works without the folder and without its name in the configuration."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF",
    "ALLOWED_HOSTS": "orders.example.com",
    "DATABASE_URL": "sqlite://:memory:",
}


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """A copy of the project without the lab, changed as lab/README.md says."""
    copy = tmp_path_factory.mktemp("without") / "project"
    left = shutil.ignore_patterns("lab", ".*", "__pycache__", "*.sqlite3*")
    shutil.copytree(ROOT, copy, ignore=left)
    shutil.copy(ROOT / ".env.example", copy)
    for name in ("pyproject.toml", ".env.example"):
        file = copy / name
        text = re.sub(r', "lab/tests"|, "lab"(?=\])|"lab", |,lab(?=,)', "", file.read_text())
        text = re.sub(r'\[\[tool.mypy.overrides\]\]\nmodule = \["lab.*\nignore_errors = true\n', "", text)
        file.write_text("".join(line for line in text.splitlines(True) if not line.startswith('"lab/')))
    return copy


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**environment, **PRODUCTION, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


def test_the_products_tests_are_all_collected_without_the_lab(without):
    done = run(without, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout[-2000:]
    assert sum("::" in line for line in done.stdout.splitlines()) > 500


def test_the_product_keeps_its_rules_without_the_lab(without):
    whole = ["tests/test_architecture.py", "tests/orders/test_regression.py"]

    done = run(without, "-m", "pytest", "-q", "-p", "no:cacheprovider", *whole)

    assert done.returncode == 0, done.stdout[-2000:]


def test_the_layers_hold_without_the_lab(without):
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = run(without, "-c", code)

    assert done.returncode == 0, done.stdout[-2000:]


def test_no_file_of_the_product_names_the_lab():
    files = [file for folder in ("apps", "config") for file in (ROOT / folder).rglob("*.py")]

    named = [str(file) for file in files if re.search(r"\b(import|from) lab\b|lab\.", file.read_text())]

    assert named == []


def test_production_has_no_lab():
    code = """
import json, sys
import django
django.setup()
from django.core.management import get_commands
from django.urls import get_resolver
get_resolver().url_patterns
print(json.dumps([[name for name in sys.modules if name.split(".")[0] == "lab"], "lab" in get_commands()]))
"""

    done = run(ROOT, "-c", code)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], False]
