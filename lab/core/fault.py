"""What a fault is: the one source of everything the lab runs, shows, proves and measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Model
from django.db.models.signals import ModelSignal

DATABASES = ("sqlite", "postgresql")
Growth = Literal["constant", "linear", "quadratic"]


class LabError(Exception):
    """The lab cannot do what it was asked to: a seam is gone, a fault is not well formed."""


@dataclass(frozen=True)
class Seam:
    """`code` takes the place of what the product has at `path`, written "package.module:Class.name".

    It is of the same kind, and a function has the same parameters. Modules that import the name for themselves are
    named too: theirs is replaced with it.
    """

    path: str
    code: Any
    importers: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return self.path


@dataclass(frozen=True)
class Receiver:
    """`code` listens to a model signal of `sender`."""

    signal: ModelSignal
    sender: type[Model]
    code: Callable[..., Any]

    @property
    def place(self) -> str:
        return f"receivers of {self.sender.__name__}"


Change = Seam | Receiver


@dataclass(frozen=True)
class Decoy:
    """A fix that looks right and is wrong. Its changes come on top of the fault's, and replace those at one place."""

    title: str
    why: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Call:
    """A request of the tenant; `walk`: and then every page that `next` leads to."""

    method: str
    path: str
    body: Any = None
    walk: bool = False


@dataclass(frozen=True)
class Effect:
    """The figure of a measurement that shows the fault (see `measuring`), and how it grows with n, on and off."""

    metric: str
    on: Growth
    off: Growth = "constant"


@dataclass(frozen=True, kw_only=True)
class Fault:
    slug: str  # named by its symptom; the file's name with hyphens
    title: str
    kind: Literal["correctness", "performance"]
    difficulty: Literal["easy", "medium", "hard"]  # to find it from the ticket
    ticket: str  # as a user writes it: what they did and saw, no names of files
    hints: tuple[str, ...]  # each gives away a little more
    root_cause: str
    changes: tuple[Change, ...]
    tests: Mapping[str, str]  # node id, with or without parameters: what the failure's message contains
    decoys: tuple[Decoy, Decoy]
    effect: Effect
    arrange: Callable[[int], Call]  # writes n rows for the running scope's tenant, returns what is measured
    large: int = 200  # the n beyond 2, 8 and 32
    databases: tuple[str, ...] = field(default=DATABASES)  # where it shows

    def changes_with(self, decoy: Decoy | None) -> tuple[Change, ...]:
        """The fault's own changes, with the decoy's laid over them."""
        laid = {change.place: change for change in (*self.changes, *(decoy.changes if decoy else ()))}
        return tuple(laid.values())

    @property
    def changes_schema(self) -> bool:
        """Whether the database is made differently with it: `migrate` has to run while it is on."""
        places = [change.place for change in self.changes]
        return any(".migrations." in place or ".triggers:" in place for place in places)
