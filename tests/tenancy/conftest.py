from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.hosted import Hosted


@pytest.fixture(scope="session")
def hosted() -> Iterator[Hosted]:
    """A separate server. A test that changes its roles or rights restores them."""
    hosted = Hosted()
    yield hosted
    hosted.server.stop()
