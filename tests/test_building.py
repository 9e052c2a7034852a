"""Builds on a copy of the tree as a newcomer does: follows the guide of CONTRIBUTING, and adds fields."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text().split("## Add an app\n")[1].split("\n## ")[0]
FILES = re.findall(
    r"^(?:\d\. |   )`((?:apps|tests)/returns/\w+\.py)`(?:(?!```).)*```python\n(.*?)```", GUIDE, re.DOTALL | re.MULTILINE
)
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "*_cache", "__pycache__", ".hypothesis", "*.sqlite3*", ".env")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF",
    "ALLOWED_HOSTS": "orders.example.com",
    "DATABASE_URL": "sqlite://:memory:",
    "DATABASE_OWNER_URL": "",
    "PLUGINS": "apps.devtools",
}
Run = Callable[..., str]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree, with the environment of this one."""
    copy = tmp_path / "tree"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(Path(sys.executable).parents[1])
    return copy


@pytest.fixture
def run(tree: Path) -> Run:
    """`run("python", …)` runs a program of the environment in the copy, without failure; it returns what it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE"))}

    def call(program: str, *arguments: str, **environment: str) -> str:
        path = Path(sys.executable).with_name(program)
        done = subprocess.run(
            [path if path.exists() else program, *arguments],
            cwd=tree,
            env={**inherited, **SETTINGS, "PYTHONPATH": str(tree), **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    return call


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} has {before!r} {text.count(before)} times"
    file.write_text(text.replace(before, after))


def contents(tree: Path) -> dict[str, bytes]:
    """Every file of a tree that would be committed."""
    found = [path for path in tree.rglob("*") if path.is_file() and ".venv" not in path.relative_to(tree).parts[0]]
    ignored = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis"}
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in found
        if not ignored & {*path.relative_to(tree).parts} and ".sqlite3" not in path.name
    }


def test_the_guide_adds_an_app(request, tree, run):
    database = f"--database={request.config.option.database}"
    before = contents(tree)

    for empty in ("apps/returns/__init__.py", "apps/returns/migrations/__init__.py"):
        (tree / empty).parent.mkdir(parents=True, exist_ok=True)
        (tree / empty).touch()
    for name, code in FILES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(textwrap.dedent(code if code.startswith(" ") else f"   {code}"))
    edit(tree / "config/settings.py", '    "apps.orders",\n', '    "apps.orders",\n    "apps.returns",\n')
    edit(
        tree / "pyproject.toml",
        '"reporting | devtools"',
        '"reporting | returns | devtools"',
    )
    run("python", "-m", "django", "makemigrations", "returns")
    [migration] = (tree / "apps/returns/migrations").glob("0001_*.py")
    edit(migration, "        ),\n    ]\n", '        ),\n        Isolate("Return"),\n    ]\n')
    edit(migration, "\n\nclass ", "\nfrom apps.tenancy.isolation import Isolate\n\n\nclass ")
    run("python", "-m", "ruff", "format", ".")
    run("python", "-m", "ruff", "check", "--fix", ".")
    run("python", "-m", "django", "spectacular", "--fail-on-warn", "--validate", "--file", "docs/openapi.yaml")
    run("python", "-m", "pytest", "-q", "tests/api/test_query_counts.py", "-k", "not nothing_else", RECORD="1")

    run("make", "-o", ".venv/.installed", "lint")
    passed = run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", database, "tests/returns",
        "tests/isolation/test_attacks.py", "tests/api/test_query_counts.py", "tests/api/test_rows.py",
        "tests/database/test_plans.py", "tests/test_architecture.py", "tests/isolation/test_collecting.py",
        "tests/test_plugin.py", "tests/tenancy/test_text.py", "tests/config/test_settings.py",
        "tests/api/test_schema.py", "tests/tenancy/test_isolation.py", "tests/isolation/test_renewal.py",
        "tests/devtools/test_reset.py",
    )  # fmt: skip

    after = contents(tree)
    assert "GET returns/" in run("python", "-m", "pytest", "-q", "--collect-only", "tests/isolation/test_attacks.py")
    assert re.search(r"\d{3} passed", passed)
    assert len(after.keys() - before.keys()) <= 13
    assert sorted(name for name in before if after[name] != before[name]) == [
        "config/settings.py",
        "docs/openapi.yaml",
        "pyproject.toml",
        "tests/api/query_counts.json",
    ]


def test_a_field_with_a_default_breaks_nothing(request, tree, run):
    field = 'note = models.CharField(max_length=100, blank=True, default="")\n'
    for model in ("customers", "orders"):
        stamp = "    created_at = models.DateTimeField(default=timezone.now, editable=False)\n"
        file = tree / f"apps/{model}/models.py"
        file.write_text(file.read_text().replace(stamp, f"    {field}{stamp}", 1))
    run("python", "-m", "django", "makemigrations", "customers", "orders", "--name", "note")

    passed = run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--database={request.config.option.database}",
        "tests/customers", "tests/orders", "tests/devtools", "tests/reporting", "tests/api/test_rows.py",
        "tests/api/test_query_counts.py", "tests/database/test_triggers.py", "tests/database/test_inserts.py",
    )  # fmt: skip

    assert re.search(r"\d{3} passed", passed)
