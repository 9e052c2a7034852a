"""A connection to PostgreSQL lives as long as its thread."""

from __future__ import annotations

import gc
import threading

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_a_thread_that_ends_closes_its_connection():
    """At once: nothing says when the garbage collector comes by."""
    opened = []

    def use() -> None:
        connection.ensure_connection()
        opened.append(connection.connection)

    gc.disable()
    try:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        closed = [each.closed for each in opened]
    finally:
        gc.enable()

    assert closed == [True]
