"""Run the core of the suite on SQLite, then on PostgreSQL if it is installed. Arguments replace pytest's options."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from harness.machine import find_binaries, missing_programs


def main(arguments: Sequence[str]) -> int:
    """Return the exit status: 0 if every run passed. In CI a missing program is a failure."""
    databases = ["sqlite", "postgresql"] if find_binaries() else ["sqlite"]
    failed = False
    for database in databases:
        options = ["--database", database, *(arguments or ["-q", "-n", "auto", "--part", "core"])]
        failed |= subprocess.run([sys.executable, "-m", "pytest", *options]).returncode != 0
    for line in missing_programs():
        print(line, file=sys.stderr)  # noqa: T201
        failed |= os.environ.get("CI", "") != ""
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
