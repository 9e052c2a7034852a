"""Write the dumps that `test_upgrade.py` restores: `python -m tests.upgrade.make`, in a clone that has commit e2520b9.

For SQLite and for PostgreSQL: check that commit out in a worktree, migrate an empty database with it, fill the database
with its code (`fill.py`), and dump it as SQL. Two runs differ in times alone.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from harness.environment import TESTS
from harness.postgresql import Cluster

COMMIT = "e2520b9"
HERE = Path(__file__).parent
# psql commands, and the comment with the server's version.
UNPORTABLE = re.compile(r"^(\\(un)?restrict|-- Dumped) .*\n", re.M)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(tree), COMMIT)
        try:
            write("sqlite", dump_sqlite(tree, Path(folder) / "db.sqlite3"))
            write("postgresql", dump_postgresql(tree))
        finally:
            git("worktree", "remove", "--force", str(tree))


def dump_sqlite(tree: Path, file: Path) -> str:
    fill(tree, {"DATABASE_URL": f"sqlite:///{file}"})
    with closing(sqlite3.connect(file)) as database:
        return "\n".join(database.iterdump()) + "\n"


def dump_postgresql(tree: Path) -> str:
    server = Cluster()
    try:
        environment = server.new_database("orders")
        fill(tree, environment)
        # The extensions belong to a superuser; every database of the tests has them. INSERT: COPY needs psql.
        options = ["--no-owner", "--no-privileges", "--column-inserts", "--extension=plpgsql"]
        command = ["pg_dump", *options, server.url_of("orders_ops", "orders")]
        return UNPORTABLE.sub("", subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    finally:
        server.stop()


def fill(tree: Path, database: dict[str, str]) -> None:
    """Migrate an empty database and fill it, with the code in `tree`."""
    environment = {**os.environ, **TESTS, **database, "PYTHONPATH": str(tree)}
    for command in (["manage.py", "migrate", "-v", "0"], [str(HERE / "fill.py")]):
        subprocess.run([sys.executable, *command], cwd=tree, env=environment, check=True)


def write(database: str, dump: str) -> None:
    (HERE / f"{COMMIT}.{database}.sql").write_text(dump)


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=HERE, check=True)


if __name__ == "__main__":
    main()
