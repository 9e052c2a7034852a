"""Check out another commit to a folder, with a virtual environment to serve it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from harness.machine import ROOT

ENVIRONMENTS = ROOT / ".venv-bench/served"


def check_out(commit: str, folder: Path) -> Path:
    """Write the files of a commit or tree to `folder`, with a virtual environment for them, and return the folder.

    This uses `git archive`, not `git worktree`, so that removing the folder leaves no record in the repository.
    """
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    folder.mkdir()
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=archive, check=True)
    (folder / ".venv").symlink_to(_virtual_environment(folder / "requirements/base.txt"), target_is_directory=True)
    return folder


def working_tree(index: Path) -> str:
    """Return the id of a git tree of all files that are not ignored, committed or not.

    `index` is a scratch file; git's own index is not changed.
    """
    environment = {**os.environ, "GIT_INDEX_FILE": str(index)}
    for command in (["read-tree", "HEAD"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=ROOT, env=environment, check=True)
    tree = subprocess.run(["git", "write-tree"], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return tree.stdout.decode().strip()


def _virtual_environment(requirements: Path) -> Path:
    """Return a virtual environment with exactly these requirements. It is installed once and reused."""
    folder = ENVIRONMENTS / hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    installed = folder / ".installed"
    if not installed.exists():
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([*pip, "--require-hashes", "-r", str(requirements)], check=True)
        installed.touch()
    return folder
