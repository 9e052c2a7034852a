from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", "lab", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PLUGINS": "apps.devtools,lab",
            "DATABASE_URL": "sqlite://:memory:",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
    )


def test_list_names_every_fault():
    listed = json.loads(lab("list", "--json").stdout)

    files = [file.stem.replace("_", "-") for file in sorted((ROOT / "lab/faults").glob("[!_]*.py"))]
    assert [fault["slug"] for fault in listed] == files


def test_show_keeps_the_answer_for_who_asks():
    ticket, answer = lab("show", "n1-summary").stdout, lab("show", "n1-summary", "--answer").stdout

    assert "+def customer_summary(" not in ticket
    assert "+def customer_summary(" in answer
    assert answer.startswith(ticket.rstrip("\n"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "n1-sumary"], "There is no fault 'n1-sumary'. Near: n1-summary"),
        (["show"], "the following arguments are required: fault"),
        (["verfy"], "invalid choice: 'verfy'"),
        (["record"], "the following arguments are required: fault"),
        (["record", "n1-sumary"], "There is no fault 'n1-sumary'. Near: n1-summary"),
    ],
)
def test_wrong_usage_is_2(arguments, said):
    done = lab(*arguments)

    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_verify_is_1_when_something_is_not_proven_and_tells_programs_what(tmp_path):
    code = (ROOT / "lab/faults/archived_revenue.py").read_text()
    (tmp_path / "archived_revenue.py").write_text(code.replace("'order_count': 3", "'order_count': 7"))

    done = lab("verify", "archived-revenue", "--folder", str(tmp_path), "--database", "sqlite", "--json")

    (problem,) = [problem for proof in json.loads(done.stdout) for problem in proof["problems"]]
    assert done.returncode == 1
    assert "failed, but not for \"'order_count': 7\"" in problem


def test_verify_of_nothing_is_no_proof():
    done = lab("verify", "double-cancel", "--database", "sqlite")

    assert done.returncode == 1
    assert "double-cancel was left out: it shows on postgresql." in done.stderr


def test_record_without_silk_is_1_and_says_what_to_do():
    done = lab("record", "n1-summary")

    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no Silk to record in. Add `silk` to PLUGINS" in done.stderr
