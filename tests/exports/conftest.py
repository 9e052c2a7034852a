from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.background.sweeping import sweep


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    """The folder that exports are stored in."""
    folder = tmp_path / "exports"
    backend = settings.STORAGES["exports"]["BACKEND"]
    settings.STORAGES = {**settings.STORAGES, "exports": {"BACKEND": backend, "OPTIONS": {"location": folder}}}
    return folder


@pytest.fixture
def export(api):
    """A function that requests an export, has it made, and returns its bytes."""

    def made(kind: str, format: str = "csv", **filters: Any) -> bytes:
        accepted = api.post("/api/v1/exports/", {"kind": kind, "format": format, "filters": filters})
        assert accepted.status_code == 202, accepted.json()
        assert sweep() == 1
        return api.get(f"{accepted['Location']}file/").getvalue()

    return made


def stored(folder: Path) -> list[str]:
    """The names of all stored files, each with its tenant and its export."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
