"""Follow the guide for a fault literally, as tests/test_building.py follows the others."""

from __future__ import annotations

import re

from tests.support.guides import Tree


def test_the_guide_adds_a_fault_that_is_proven(request, tmp_path):
    tree = Tree(tmp_path / "tree", request.config.option.database)

    printed = tree.follow("fault.md")

    assert re.search(r"^1 faults on sqlite.*: (4 of 4|8 of 8) proven\.$", printed, re.MULTILINE)
    assert tree.new() == [
        "lab/evidence/figures/archived-twice.json",
        "lab/evidence/messages/archived-twice.json",
        "lab/faults/archived_twice.py",
    ]
    assert tree.changed() == ["lab/README.md"]
