"""A pytest plugin that sets the environment before Django reads it: test settings, and the chosen database."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.environment import TESTS
from harness.machine import ROOT, find_binaries
from harness.postgresql import Cluster

# Only `make ci` runs these: they need a browser, separate servers, copies of the tree or much time.
REST = (
    "lab/tests",
    "tests/bench/test_list_plans.py",
    "tests/bench/test_payers.py",
    "tests/browser",
    "tests/chaos",
    "tests/clients",
    "tests/database/test_migrate.py",
    "tests/database/test_replica.py",
    "tests/database/test_replica_check.py",
    "tests/edge",
    "tests/model",
    "tests/stack",
    "tests/upgrade",
    "tests/api/test_guides.py",
    "tests/api/test_schema_fuzz.py",
    "tests/exports/test_replica.py",
    "tests/exports/test_storage.py",
    "tests/reporting/test_bucket_guards.py",
    "tests/reporting/test_buckets.py",
    "tests/reporting/test_settling.py",
    "tests/tenancy/test_create_roles.py",
    "tests/tenancy/test_importing_refusals.py",
    "tests/tenancy/test_roles_hosted.py",
    "tests/test_building.py",
    "tests/test_parts.py",
    "tests/test_readme.py",
    "tests/test_renaming.py",
    "tests/test_uninstalling.py",
)
# Only `make ci-full` runs these: they need what another target makes first.
FULL = ("tests/image",)
# `make test` runs these on PostgreSQL, besides the tests that only PostgreSQL can run.
ON_POSTGRESQL = ("tests/isolation", "tests/database/test_triggers.py", "tests/orders/test_triggers")
ON_POSTGRESQL += ("tests/reporting/test_triggers.py", "tests/tenancy/test_isolation.py")
# These run once: `lab verify` tries each database by itself; the others are about clients, S3, names and documents.
ON_SQLITE = ("lab/tests/test_guide.py", "tests/clients", "tests/test_building.py", "tests/test_renaming.py")
ON_SQLITE += ("tests/exports/test_storage.py",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=("core", "rest", "full"), help="see tests/plugin.py; default: core and rest")
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="where the tests run")
    parser.addoption("--database-url", help="DATABASE_URL of a server that is running already")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    options = early_config.known_args_namespace
    # Workers of xdist inherit the environment, and with it the running server.
    if "PYTEST_XDIST_WORKER" in os.environ and not options.database_url:
        os.environ["EXPORTS_STORAGE"] += f"/{os.environ['PYTEST_XDIST_WORKER']}"  # Their tenants have the same ids.
        return
    os.environ.update(TESTS)
    files = tempfile.mkdtemp(prefix="regression-lab-")
    early_config.add_cleanup(lambda: shutil.rmtree(files, ignore_errors=True))
    os.environ["EXPORTS_STORAGE"] = files
    if options.database_url:
        os.environ["DATABASE_URL"] = options.database_url
    elif options.database == "sqlite":
        os.environ["DATABASE_URL"] = "sqlite:///tests.sqlite3"  # never opened: conftest.py sets another file
    else:
        try:
            server = Cluster()
        except FileNotFoundError as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(server.stop)
        os.environ["DATABASE_URL"] = server.url_of("orders_app")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    path = str(collection_path.relative_to(ROOT)) if collection_path.is_relative_to(ROOT) else ""
    is_omitted = (path in REST and config.option.part == "core") or (path in FULL and config.option.part != "full")
    return True if is_omitted else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of the other part, and on SQLite those that only PostgreSQL can run."""
    chosen = [item for item in items if _is_chosen(item, config.option.database, config.option.part)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _is_chosen(item: pytest.Item, database: str, part: str | None) -> bool:
    needs_postgresql = item.get_closest_marker("postgresql") is not None
    if needs_postgresql and database == "sqlite":
        return False
    if item.nodeid.startswith(ON_SQLITE) and database == "postgresql":
        return False
    if part == "full" or item.nodeid.startswith(FULL):
        return part == "full" and item.nodeid.startswith(FULL)
    if item.nodeid.startswith(REST):
        is_core = False
    elif database == "postgresql":
        is_core = needs_postgresql or item.nodeid.startswith(ON_POSTGRESQL)
    else:
        # The isolation tests take longest, so they run once, on PostgreSQL, which has both walls between tenants.
        is_core = not (item.nodeid.startswith("tests/isolation") and find_binaries())
    return part is None or is_core == (part == "core")


def pytest_report_header(config: pytest.Config) -> str:
    note = " (without the tests that only PostgreSQL can run)" if config.option.database == "sqlite" else ""
    return f"database: {config.option.database}{note}"


def url_of(role: str, database: str = "") -> str:
    """Return DATABASE_URL with another role (all roles have one password), and with `database` if given."""
    url = re.sub(r"//\w+:", f"//{role}:", os.environ["DATABASE_URL"])
    return re.sub(r"/\w+$", f"/{database}", url) if database else url
