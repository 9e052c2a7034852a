"""Refuse migrations that the running version could not bear: `python -m harness.migrations`, in `make lint`.

Applies all migrations to an empty PostgreSQL database, records the SQL of each that is newer than the last release,
and has squawk judge it. The exit status is 1 if a statement is refused. Writes nothing outside temporary folders.
docs/production.md, "Deploying without downtime", says what to do instead.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from harness.environment import PRODUCTION
from harness.postgresql import Cluster
from harness.releases import last_release

# Rules about style, or about what Django writes in each migration; none of them concerns the running version.
STYLE = (
    "prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity,prefer-robust-stmts,prefer-text-field,"
    "prefer-timestamp-tz,require-timeout-settings,ban-char-field,"
    # Relaxes what may be written: to widen a CHECK, it is dropped and added.
    "ban-drop-constraint"
)


def main() -> int:
    cluster = Cluster()
    try:
        os.environ.update({**PRODUCTION, **cluster.new_database("lint")})
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        django.setup()
        refused = refusals(recorded())
    finally:
        cluster.stop()
    sys.stderr.writelines(f"{line}\n" for line in refused)
    return int(bool(refused))


def recorded() -> dict[str, str]:
    """Apply all migrations, and return the SQL of those that are newer than the last release, by app and name."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    released = {one for newest in last_release()["migrations"].items() for one in graph.forwards_plan(newest)}
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("apps.")}
    found: dict[str, list[str]] = {}
    current: list[str] = []

    def begin(action: str, migration: Any = None, fake: bool | None = None) -> None:
        nonlocal current
        if action == "apply_start":
            current = ["BEGIN"] if migration.atomic else []
            if migration.app_label in ours and (migration.app_label, migration.name) not in released:
                found[f"{migration.app_label}.{migration.name}"] = current
        elif action == "apply_success" and migration.atomic:
            current.append("COMMIT")

    def record(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        operations: Any = connection.ops
        current.append(operations.compose_sql(str(sql), params) if params and not many else str(sql))
        return execute(sql, params, many, context)

    executor.progress_callback = begin
    with connection.execute_wrapper(record):
        executor.migrate(graph.leaf_nodes())
    return {name: ";\n".join(sql.rstrip("; \n") for sql in statements) + ";\n" for name, statements in found.items()}


def refusals(migrations: dict[str, str]) -> list[str]:
    """Return one line per refused statement of these migrations (SQL by name). Raises RuntimeError without squawk."""
    squawk = shutil.which("squawk", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if squawk is None:
        raise RuntimeError("squawk is missing; requirements/dev.txt has it (squawk-cli)")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, sql in migrations.items():
            file = Path(folder) / f"{name}.sql"
            file.write_text(sql)
            options = ["--reporter=json", f"--exclude={STYLE}", "--pg-version=15.0"]
            done = subprocess.run([squawk, *options, str(file)], capture_output=True, text=True)
            if done.returncode not in (0, 1) or not done.stdout.strip():
                raise RuntimeError(f"squawk failed on {name}: {done.stderr}")
            for problem in json.loads(done.stdout):
                lines.append(f"{name}: {problem['rule_name']}: {problem['message']}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
