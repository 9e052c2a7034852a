from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What starts processes on SQLite, or none, is the same whatever the suite runs on: once is enough."""
    if config.option.database == "sqlite":
        return
    again = [item for item in items if item.path.parent == HERE and item.path.name != "test_contributing.py"]
    config.hook.pytest_deselected(items=again)
    items[:] = [item for item in items if item not in again]
