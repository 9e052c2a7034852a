"""Switch a fault on by patching the product, which has no hooks for it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from lab.core.fault import Change, Decoy, Fault, LabError, Receiver, Seam
from lab.core.source import definition


@contextmanager
def switched_on(fault: Fault, decoy: Decoy | None = None) -> Iterator[None]:
    """Replace the right code with the buggy code in this process, inside the block.

    Raises LabError, before changing anything, if a seam does not match the fault's code.
    """
    from apps.database import compiled  # cannot be imported before the apps are ready

    changes = fault.changes_with(decoy)
    for change in changes:
        check(change)
    with ExitStack() as undo:
        undo.callback(compiled.clear)
        for change in changes:
            _apply(change, undo)
        compiled.clear()  # Drop statements that were compiled from the other code.
        yield


def check(change: Change) -> None:
    """Raise LabError unless the change fits the product."""
    if isinstance(change, Receiver):
        return
    owner, name = _find(change)
    original = vars(owner)[name]
    definition(change.path)
    for importer in change.importers:
        if getattr(_module(change, importer), name, None) is not original:
            raise LabError(f"{importer} does not import {change.path} any more.")
    if not isinstance(change.code, type(original)):
        raise LabError(f"{change.path} is a {type(original).__name__}, the fault's a {type(change.code).__name__}.")
    if inspect.isfunction(original) and _parameters(original) != _parameters(change.code):
        raise LabError(
            f"{change.path} takes {inspect.signature(original)}, the fault's {inspect.signature(change.code)}."
        )


def _apply(change: Change, undo: ExitStack) -> None:
    if isinstance(change, Receiver):
        change.signal.connect(change.code, sender=change.sender)
        undo.callback(change.signal.disconnect, change.code, sender=change.sender)
        return
    owner, name = _find(change)
    original = vars(owner)[name]
    if inspect.isfunction(original):
        # Keep attributes that decorators stored on the function: DRF's actions, the schema's descriptions.
        vars(change.code).update(vars(original))
        change.code.__name__ = name  # pytest derives the ids of parameters from it
    for place in (owner, *(import_module(importer) for importer in change.importers)):
        undo.enter_context(patch.object(place, name, change.code))


def _find(seam: Seam) -> tuple[Any, str]:
    """Return the module or class that holds the seam's target, and its name there."""
    module, _, path = seam.path.partition(":")
    *outer, name = path.split(".")
    owner = _module(seam, module)
    for step in outer:
        owner = vars(owner).get(step)
        if owner is None:
            break
    # An inherited attribute does not count: patching the subclass would leave the code that other classes use.
    if owner is None or name not in vars(owner):
        raise LabError(f"There is no {seam.path}: was it renamed or moved?")
    return owner, name


def _module(seam: Seam, name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise LabError(f"There is no module {name} for {seam.path}: was it renamed or moved?") from error


def _parameters(function: Any) -> list[tuple[str, Any, bool]]:
    parameters = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default is not parameter.empty) for parameter in parameters]
