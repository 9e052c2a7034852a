"""The operator's guide answers each alarm, and names stacks, outputs and programs that exist."""

from __future__ import annotations

import re

from harness.machine import ROOT

GUIDE = (ROOT / "docs/operations.md").read_text()
AWS = ROOT / "deploy/aws"


def alarms() -> list[str]:
    """Return the names of the alarms in deploy/aws/alarms.py, whose packages are not those of the tests."""
    return re.findall(r"^        add\(\s*\"([a-z0-9-]+)\"", (AWS / "alarms.py").read_text(), re.MULTILINE)


def test_every_alarm_has_an_answer_and_every_answer_an_alarm():
    headings = re.findall(r"^## ([a-z0-9-]+)$", GUIDE, re.MULTILINE)

    assert len(headings) == 15
    assert headings == alarms()


def test_solution_lists_every_alarm():
    text = (ROOT / "SOLUTION.md").read_text()
    table = text[text.index("| alarm | threshold | why |") : text.index("### What could not be run")]

    named = re.findall("`([a-z0-9-]+)`", table)
    assert [name for name in alarms() if name not in named] == []


def test_guide_names_what_exists():
    paths = re.findall(r"`((?:deploy|harness|\.github)/[\w./-]+)[` ]", GUIDE)
    outputs = {"PublishRole", "DeployStagingRole", "DeployProductionRole", "LoadBalancer"}

    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert {name for name in outputs if name in GUIDE} == outputs


def test_workflow_runs_programs_that_exist():
    stage = (ROOT / ".github/workflows/stage.yml").read_text()

    programs = re.findall(r"(?:python -m ([\w.]+))|(deploy/aws/\w+\.sh)", stage)
    assert {module or script for module, script in programs} == {
        "deploy.aws.run",
        "deploy/aws/deploy.sh",
        "harness.smoke",
    }
    for module, script in programs:
        assert (ROOT / (script or f"{module.replace('.', '/')}.py")).is_file()
