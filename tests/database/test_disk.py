"""The free-space probe of the database's volume. tests/edge/test_readiness.py tests it on a volume that is full."""

from __future__ import annotations

import errno
import tempfile
from typing import Any

import pytest
from django.db import OperationalError, connection

from apps.database import disk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unprobed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_last", (float("-inf"), ""))


def test_a_volume_with_room_has_no_problem():
    assert disk.disk_problem() == ""


def test_probe_result_is_cached_for_some_seconds(monkeypatch):
    clock, found = [1000.0], iter(["the first", "the second"])
    monkeypatch.setattr(disk.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(disk, f"_{connection.vendor}", lambda: next(found))

    shown = [disk.disk_problem()]
    for seconds in (disk.SECONDS - 0.5, 1):
        clock[0] += seconds
        shown.append(disk.disk_problem())

    assert shown == ["the first", "the first", "the second"]


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "the database is read-only"),
        (errno.EACCES, "the database is read-only"),
    ],
)
def test_os_error_on_sqlites_volume_is_reported(monkeypatch, number, problem):
    def refuse(**options: Any) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setitem(connection.settings_dict, "NAME", __file__)

    assert disk._sqlite() == problem


@pytest.mark.postgresql
def test_other_database_errors_are_not_reported_as_a_full_disk(monkeypatch):
    monkeypatch.setattr(disk, "SORT", "DO 'BEGIN RAISE too_many_connections; END' -- %s")

    with pytest.raises(OperationalError):
        disk.disk_problem()
