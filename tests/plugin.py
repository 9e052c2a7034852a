"""Gives the tests their environment before Django reads it: settings of their own, and the database asked for."""

from __future__ import annotations

import os
import re

import pytest

from harness.environment import TESTS
from harness.postgresql import Cluster


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="where the tests run")
    parser.addoption("--database-url", help="DATABASE_URL of a server that is running already")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Workers of xdist inherit the environment, and with it the running server.
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    os.environ.update(TESTS)
    options = early_config.known_args_namespace
    if options.database_url:
        os.environ["DATABASE_URL"] = options.database_url
    elif options.database == "sqlite":
        os.environ["DATABASE_URL"] = "sqlite:///tests.sqlite3"  # never opened: conftest.py puts it elsewhere
    else:
        try:
            server = Cluster()
        except FileNotFoundError as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(server.stop)
        os.environ["DATABASE_URL"] = server.url_of("orders_app")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite leave out what only PostgreSQL can do; the header says so."""
    if config.option.database == "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("postgresql")])
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]


def pytest_report_header(config: pytest.Config) -> str:
    left = " (what only PostgreSQL can do is left out)" if config.option.database == "sqlite" else ""
    return f"database: {config.option.database}{left}"


def url_of(role: str, database: str = "") -> str:
    """DATABASE_URL for another role of the tests' server, which all have one password, and maybe another database."""
    url = re.sub(r"//\w+:", f"//{role}:", os.environ["DATABASE_URL"])
    return re.sub(r"/\w+$", f"/{database}", url) if database else url
