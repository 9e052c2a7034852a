"""Builds on a copy of the tree as a newcomer does: follows each guide of docs/guides, and adds fields."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.guides import PAGES, Tree


class Outcome(NamedTuple):
    """What following a guide does: at most so many new files, changes of these files, so many tests that pass."""

    new: int
    passed: int
    changed: list[str]
    test: str  # one of those that pass, which the guide adds


SCHEMAS = ["docs/openapi-development.yaml", "docs/openapi.yaml"]
ATTACK = "test_attack_leaks_and_changes_nothing"
GUIDES = {
    "app": Outcome(
        13,
        250,
        ["config/settings.py", *SCHEMAS, "pyproject.toml", "tests/api/query_counts.json"],
        f"{ATTACK}[GET returns/-filter-both]",
    ),
    "field": Outcome(
        3,
        180,
        [
            *(f"apps/orders/{module}.py" for module in ("filters", "models", "serializers")),
            *("docs/limits.md", *SCHEMAS),
            *(f"tests/model/{module}.py" for module in ("bodies", "fields", "oracle", "reads")),
            *("tests/orders/attacks.py", "tests/orders/test_views.py", "tests/test_documented_limits.py"),
        ],
        f"{ATTACK}[POST orders/-value-both]",
    ),
    "report": Outcome(
        1,
        50,
        [
            *(f"apps/reporting/{module}.py" for module in ("apps", "selectors", "serializers", "urls", "views")),
            *(*SCHEMAS, "tests/api/query_counts.json", "tests/api/test_schema.py"),
            "tests/reporting/attacks.py",
        ],
        "test_operation_runs_as_many_statements_as_recorded[GET reporting/statuses/]",
    ),
    "status": Outcome(
        3,
        280,
        [
            "apps/devtools/static/devtools/home.css",
            "apps/devtools/static/devtools/orders.js",
            "apps/devtools/templates/devtools/reports.html",
            *(f"apps/orders/{module}.py" for module in ("apps", "lifecycle", "models", "refusals", "serializers")),
            *("apps/orders/services.py", "apps/orders/views.py", "apps/reporting/views.py", "docs/limits.md", *SCHEMAS),
            *("tests/api/query_counts.json", "tests/api/test_problem_types.py", "tests/api/test_schema.py"),
            *("tests/model/machine.py", "tests/model/oracle.py", "tests/orders/attacks.py"),
            *(f"tests/orders/test_{module}.py" for module in ("filters", "lifecycle", "services_moves", "views")),
        ],
        f"{ATTACK}[POST orders/{{id}}/refund/-path id-both]",
    ),
}
GUIDES["version"] = Outcome(
    6,
    100,
    [
        *("Makefile", "apps/customers/apps.py", "apps/customers/views.py"),
        *(*SCHEMAS, "tests/api/query_counts.json", "tests/customers/attacks.py"),
    ],
    "test_both_versions_show_the_same_customer",
)


@pytest.fixture
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    return Tree(tmp_path / "tree", request.config.option.database)


def test_every_guide_is_followed():
    elsewhere = {"fault", "rename"}  # lab/tests/test_guide.py, tests/test_renaming.py

    assert {page.stem for page in PAGES.glob("*.md")} - elsewhere == {*GUIDES}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_is_right_literally(tree, guide):
    new, passed, changed, test = GUIDES[guide]

    printed = tree.follow(f"{guide}.md")

    assert len(tree.new()) <= new, tree.new()
    assert tree.changed() == changed
    assert sum(map(int, re.findall(r"(\d+) passed", printed))) >= passed
    assert f"{test} PASSED" in printed


def test_a_field_with_a_default_breaks_nothing(tree):
    field = 'note = models.CharField(max_length=100, blank=True, default="")\n'
    for model in ("customers", "orders"):
        stamp = "    created_at = models.DateTimeField(default=timezone.now, editable=False)\n"
        file = tree.folder / f"apps/{model}/models.py"
        file.write_text(file.read_text().replace(stamp, f"    {field}{stamp}", 1))

    printed = tree.run(
        """
        .venv/bin/python manage.py makemigrations customers orders --name note
        .venv/bin/python -m pytest tests/customers tests/orders tests/devtools/test_services*.py \
            tests/database/test_triggers.py tests/database/test_inserts.py
        """
    )

    assert re.search(r"\d{3} passed", printed)
