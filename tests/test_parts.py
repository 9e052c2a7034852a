"""`make test` and `make test-rest` together run the whole suite, and no test twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.machine import ROOT


def collected(*options: str) -> set[str]:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *options]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    return {line for line in listed.splitlines() if "::" in line}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_core_and_rest_are_the_whole_suite(database):
    whole, core, rest = (
        collected("--database", database, *part) for part in ([], ["--part", "core"], ["--part", "rest"])
    )

    assert core | rest == whole
    assert core & rest == set()
    assert min(len(core), len(rest)) > 100
