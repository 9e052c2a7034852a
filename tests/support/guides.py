"""Follow a page of docs/guides literally, in a copy of the tree.

A paragraph that begins with the path of a file is about that file. A block of code below it is the whole of a new file,
and a block of `diff` changes the file that is there; a diff that only adds lines adds them at the end. A block of `sh`
is run from the root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness.environment import TESTS
from harness.machine import ROOT

PAGES = ROOT / "docs/guides"
STEP = re.compile(r"(?<=\n\n)`([\w./-]+\.\w+|Makefile)`|^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".pytest_cache", ".ruff_cache", "__pycache__", ".hypothesis", "*.sqlite3*", ".env"
)
NOT_COMMITTED = {
    ".git",
    ".venv",
    ".venv-node",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
}
NOT_COMMITTED |= {".env", ".hypothesis"}
# The environments are those of this tree, however new the copied requirements look.
MAKE = 'make() { command make -o .venv/.installed -o .venv-node/.installed "$@"; }\n'


class Tree:
    """A copy of the tree in `folder`, with the development settings of .env.example. Its tests run on `database`."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        shutil.copy(ROOT / ".env.example", folder / ".env")
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
        (folder / ".venv-node").symlink_to(ROOT / ".venv-node")
        self._before = self._contents()
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in TESTS and not name.startswith(("DATABASE_", "PYTEST_", "MAKE"))
        }
        options = f"-v -p no:cacheprovider --database={database}"
        self._environment = {**inherited, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": options}

    def follow(self, page: str) -> str:
        """Do what the page says, step by step, and return what its commands print."""
        path, printed = self.folder, ""
        for step in STEP.finditer((PAGES / page).read_text()):
            named, language, text = step.groups()
            if named:
                path = self.folder / named
            elif language == "sh":
                printed += self.run(text)
            elif language == "diff":
                path.write_text(patched(path.read_text(), text))
            else:
                assert not path.exists(), f"{page} writes {path.relative_to(self.folder)}, which is there"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        return printed

    def run(self, script: str) -> str:
        """Run a script of the shell, without failure, and return what it prints."""
        done = subprocess.run(
            ["bash", "-euc", MAKE + script], cwd=self.folder, env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def new(self) -> list[str]:
        """The files that the original does not have."""
        return sorted(self._contents().keys() - self._before.keys())

    def changed(self) -> list[str]:
        """The files of the original that are others now, or gone."""
        after = self._contents()
        return sorted(name for name, content in self._before.items() if after.get(name) != content)

    def _contents(self) -> dict[str, bytes]:
        paths = {path: path.relative_to(self.folder) for path in self.folder.rglob("*")}
        return {
            str(name): path.read_bytes()
            for path, name in paths.items()
            if not NOT_COMMITTED & {*name.parts} and ".sqlite3" not in name.name and path.is_file()
        }


def patched(text: str, diff: str) -> str:
    """Apply a diff. The lines of each hunk that are there already occur once, and `@@` begins the next hunk."""
    for hunk in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = [line or " " for line in hunk.splitlines()]
        old, new = ("\n".join(["", *(line[1:] for line in lines if line[0] != sign)]) for sign in "+-")
        if not old:
            text = text.rstrip("\n") + new + "\n"
            continue
        found = f"\n{text}".count(f"{old}\n")
        assert found == 1, f"{found} times there:{old}"
        text = f"\n{text}".replace(f"{old}\n", f"{new}\n")[1:]
    return text
