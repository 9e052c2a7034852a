"""Runs the suite once per database: SQLite, then PostgreSQL where there is one. Arguments go to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.plugin import HOW_TO_GET_POSTGRESQL, find_binaries


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 if every run passed. In CI a missing PostgreSQL is a failure."""
    databases = ["sqlite"]
    missing = find_binaries() is None
    if not missing:
        databases.append("postgresql")
    failed = False
    for database in databases:
        command = [sys.executable, "-m", "pytest", "--database", database, *(arguments or ["-n", "auto"])]
        failed |= subprocess.run(command).returncode != 0
    if missing:
        print(f"PostgreSQL was left out: {HOW_TO_GET_POSTGRESQL}.", file=sys.stderr)  # noqa: T201
        failed |= os.environ.get("CI", "") != ""
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
