"""Collects each app's `tests/<app>/attacks.py`; `attacks` says what is in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pytest

from apps.plugin import plugins
from tests.support.attacks import Marks


@dataclass
class Attacks:
    """An app's module; what it leaves out is empty."""

    file: str
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    filters: dict[str, list[Any]] = field(default_factory=dict)
    widest: dict[str, Any] = field(default_factory=dict)
    populate: Callable[[Marks], None] = lambda marks: None
    shown: Callable[[], Iterable[Any]] = lambda: ()

    def lacks(self, what: str) -> NoReturn:
        """Fail the test: the file has to say more."""
        pytest.fail(f"{self.file} {what}", pytrace=False)


def load(label: str) -> Attacks:
    """The module of the app with that label, which need not have one."""
    file = f"tests/{label}/attacks.py"
    if not (Path(__file__).parents[2] / file).exists():
        return Attacks(file)
    names = vars(import_module(f"tests.{label}.attacks"))
    tables = {name: names[name.upper()] for name in ("rows", "values", "filters", "widest") if name.upper() in names}
    return Attacks(file, **tables, **{name: names[name] for name in ("populate", "shown") if name in names})


# By the app's label, in the order in which they write their rows.
APPS = {config.label: load(config.label) for config in plugins() if config.name.startswith("apps.")}
ROWS = {label: row for app in APPS.values() for label, row in app.rows.items()}
