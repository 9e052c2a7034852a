from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out the tests that start processes on SQLite or none: the run on SQLite has them."""
    if config.option.database == "sqlite":
        return
    again = [item for item in items if item.path.parent == HERE]
    config.hook.pytest_deselected(items=again)
    items[:] = [item for item in items if item not in again]
