"""Import each app's `tests/<app>/attacks.py`; its contract is in `attacks`."""

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
    """The names in an app's module; missing ones are empty."""

    file: str
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    filters: dict[str, list[Any]] = field(default_factory=dict)
    widest: dict[str, Any] = field(default_factory=dict)
    populate: Callable[[Marks], None] = lambda marks: None
    shown: Callable[[], Iterable[Any]] = lambda: ()

    def lacks(self, what: str) -> NoReturn:
        """Fail the test with a sentence about what the file lacks."""
        pytest.fail(f"{self.file} {what}", pytrace=False)


def load(label: str) -> Attacks:
    """Load the attacks of an app by its label; they are empty if there is no module."""
    file = f"tests/{label}/attacks.py"
    if not (Path(__file__).parents[2] / file).exists():
        return Attacks(file)
    names = vars(import_module(f"tests.{label}.attacks"))
    tables = {name: names[name.upper()] for name in ("rows", "values", "filters", "widest") if name.upper() in names}
    return Attacks(file, **tables, **{name: names[name] for name in ("populate", "shown") if name in names})


# Attacks by app label, in the order in which the apps write their rows.
APPS = {config.label: load(config.label) for config in plugins() if config.name.startswith("apps.")}
ROWS = {label: row for app in APPS.values() for label, row in app.rows.items()}
