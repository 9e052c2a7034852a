from __future__ import annotations

from pathlib import Path

import pytest

from tests.browsing import _django_db_helper, browser, left_out_of, page, server

__all__ = ["_django_db_helper", "browser", "page", "server"]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if left_out_of(config):
        config.hook.pytest_deselected(items=[item for item in items if item.path.parent == HERE])
        items[:] = [item for item in items if item.path.parent != HERE]
