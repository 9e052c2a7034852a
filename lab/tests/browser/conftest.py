from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browsing import _django_db_helper, browser, deselect, environment, page, server

__all__ = ["_django_db_helper", "browser", "environment", "page", "server"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    deselect(config, items, Path(__file__).parent)
