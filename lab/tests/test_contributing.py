"""Follow the example in CONTRIBUTING.md as a reader would."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from lab.core.loader import all_faults
from lab.measuring import costs
from lab.proving.proof import verify

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text().split("## Add a fault")[1].split("\n## ")[0]


@pytest.fixture
def folder(tmp_path):
    (name,) = re.findall(r"`lab/faults/(\w+\.py)`", TEXT)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / name).write_text(textwrap.dedent("   " + code.lstrip()))
    return tmp_path


def test_the_example_is_proven(request, folder):
    proofs = verify(all_faults(folder), databases=[request.config.option.database], seed=1, folder=folder)

    assert [(proof.state, proof.problems) for proof in proofs] == [
        ("decoy 1", []),
        ("decoy 2", []),
        ("off", []),
        ("on", []),
    ]


def test_the_example_grows_as_it_says(folder):
    (fault,) = all_faults(folder)

    figures = costs.measure([fault], folder)[fault.slug]

    assert list(costs.problems(fault.effect, **figures)) == []
