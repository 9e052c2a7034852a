"""The last release: its recorded commit (docs/releases.json) and its code. Needs a clone that has the commit."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

from harness.machine import ROOT


def last_commit() -> str:
    """Return the commit of the last release."""
    return json.loads((ROOT / "docs/releases.json").read_text())[-1]["commit"]


def unpack(folder: Path) -> Path:
    """Write the last release's files into `folder` and return it. Raises CalledProcessError in a shallow clone."""
    archive = subprocess.run(["git", "archive", last_commit()], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder)
    return folder


def released_files() -> set[str]:
    """Return the paths of the last release's files. Raises CalledProcessError in a shallow clone."""
    command = ["git", "ls-tree", "-r", "--name-only", "--full-tree", last_commit()]
    return set(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())
