"""Another host of the service freezes inside a transaction, holding a row lock that requests to this host need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.frozen import host_frozen
from chaos.stage import Stage

pytestmark = pytest.mark.postgresql  # SQLite's lock is the whole file's; one host has it


@pytest.fixture
def stage(empty_database: dict[str, str]) -> Iterator[Stage]:
    stage = Stage(empty_database)
    yield stage
    stage.stop()


def test_row_locked_by_a_frozen_host_is_503_and_the_service_stays_alive(stage):
    verdict = host_frozen(stage, clients=10)

    assert verdict.broken == [], verdict.facts
