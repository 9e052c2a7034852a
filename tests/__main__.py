"""Runs the suite once per database: SQLite, then PostgreSQL where there is one. Arguments go to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from harness.machine import find_binaries, missing_programs


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 if every run passed. In CI what is left out is a failure."""
    databases = ["sqlite", "postgresql"] if find_binaries() else ["sqlite"]
    failed = False
    for database in databases:
        command = [sys.executable, "-m", "pytest", "--database", database, *(arguments or ["-n", "auto"])]
        failed |= subprocess.run(command).returncode != 0
    for line in missing_programs():
        print(line, file=sys.stderr)  # noqa: T201
        failed |= os.environ.get("CI", "") != ""
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
