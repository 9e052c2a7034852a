"""Renames a copy of the project, as docs/guides/rename.md says."""

from __future__ import annotations

import re

from tests.support.guides import Tree

OLD_NAMES = r"regression[ _-]?lab|\borders_(owner|app|ops)\b"


def test_the_guide_renames_the_project(request, tmp_path):
    tree = Tree(tmp_path / "tree", request.config.option.database)
    tree.run("git init -q && git add .")

    printed = tree.follow("rename.md")

    assert re.search(r"\d passed", printed)
    assert tree.new() == []
    assert tree.run(f"git grep -liE '{OLD_NAMES}' -- ':!CHANGELOG.md'").split() == ["LICENSE"]
    assert "# Corner Shop\n" in (tree.folder / "README.md").read_text()
