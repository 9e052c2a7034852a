"""The dataclasses that define a fault; the lab runs, proves, measures and shows it from these alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Model
from django.db.models.signals import ModelSignal

DATABASES = ("sqlite", "postgresql")
Growth = Literal["constant", "linear", "quadratic"]


class LabError(Exception):
    """The lab cannot do what it was asked, for example because a seam is gone or a fault is malformed."""


@dataclass(frozen=True)
class Seam:
    """Replace the product's definition at `path`, written "package.module:Class.name", with `code`.

    `code` must have the same type; a function must have the same parameters. `importers` are modules that import the
    name directly; it is replaced there too.
    """

    path: str
    code: Any
    importers: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return self.path


@dataclass(frozen=True)
class Receiver:
    """Connect `code` to a model signal of `sender`."""

    signal: ModelSignal
    sender: type[Model]
    code: Callable[..., Any]

    @property
    def place(self) -> str:
        return f"receivers of {self.sender.__name__}"


Change = Seam | Receiver


@dataclass(frozen=True)
class Decoy:
    """A plausible but wrong fix. Its changes are added to the fault's, and replace those at the same place."""

    title: str
    why: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Call:
    """The tenant's request that shows the fault. With `walk`, every following page (`next`) is requested too."""

    method: str
    path: str
    body: Any = None
    walk: bool = False


@dataclass(frozen=True)
class Effect:
    """The metric that shows the fault (see `costs.measure_once`), and how it grows with n with the fault on and off."""

    metric: str
    on: Growth
    off: Growth = "constant"


@dataclass(frozen=True, kw_only=True)
class Fault:
    slug: str  # names the symptom; the file's name with hyphens
    title: str
    kind: Literal["correctness", "performance"]
    difficulty: Literal["easy", "medium", "hard"]  # of finding the cause from the ticket
    ticket: str  # in a user's words: what they did and saw, without names from the code
    hints: tuple[str, ...]  # each reveals a little more
    root_cause: str
    changes: tuple[Change, ...]
    tests: Mapping[str, str]  # node id, with or without parameters -> the symptom in its message
    decoys: tuple[Decoy, Decoy]
    effect: Effect
    arrange: Callable[[int], Call]  # writes n rows for the current tenant, returns the request
    large: int = 200  # the fourth n, after 2, 8 and 32
    databases: tuple[str, ...] = field(default=DATABASES)  # on which it has an effect

    def changes_with(self, decoy: Decoy | None) -> tuple[Change, ...]:
        """Return the fault's changes, overridden and extended by the decoy's."""
        by_place = {change.place: change for change in (*self.changes, *(decoy.changes if decoy else ()))}
        return tuple(by_place.values())

    @property
    def changes_schema(self) -> bool:
        """Whether the fault changes the schema, so that it must be on while `migrate` runs."""
        places = [change.place for change in self.changes]
        return any(".migrations." in place or ".triggers:" in place for place in places)
