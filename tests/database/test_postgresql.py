"""A connection to PostgreSQL is closed when its thread ends."""

from __future__ import annotations

import gc
import threading

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_connection_closes_when_its_thread_ends():
    """The connection closes at once, with the garbage collector disabled."""
    opened = []

    def use() -> None:
        connection.ensure_connection()
        opened.append(connection.connection)

    gc.disable()
    try:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        closed = [opened_connection.closed for opened_connection in opened]
    finally:
        gc.enable()

    assert closed == [True]
