"""The text of the right code and of the buggy one, taken from where each is written."""

from __future__ import annotations

import ast
import inspect
import textwrap
from difflib import unified_diff
from importlib import import_module
from typing import Any

from lab.core.fault import Change, Decoy, Fault, LabError, Receiver


def definition(path: str) -> str:
    """The source of what "package.module:Class.name" names, without decorators. Raises LabError if not defined there.

    A name that the module merely imports is not defined there: the seam has moved.
    """
    module, _, name = path.partition(":")
    return _definition(import_module(module), name, path)


def right_code(change: Change) -> str:
    """What the product has at the change's place; nothing where the fault adds a receiver."""
    return "" if isinstance(change, Receiver) else definition(change.path)


def buggy_code(change: Change, written_in: Any) -> str:
    """What the fault has there; `written_in` is the fault's module."""
    if isinstance(change, Receiver) or inspect.isfunction(change.code):
        return _definition(written_in, change.code.__code__.co_name, change.place)
    return _definition(written_in, change.path.rpartition(".")[2].rpartition(":")[2], change.path)


def diff(fault: Fault, decoy: Decoy | None = None) -> str:
    """From the right code to the buggy one (or to the decoy's), as a unified diff of each place."""
    written_in = inspect.getmodule(fault.arrange)
    parts: list[str] = []
    for change in fault.changes_with(decoy):
        right, buggy = right_code(change), buggy_code(change, written_in)
        if not inspect.isfunction(change.code) and f".{change.place.rpartition(':')[2]}" in buggy:
            # A constant made of the right one: as if it were written below it.
            buggy = f"{right}{buggy}"
        names = (f"right/{change.place}", f"buggy/{change.place}")
        parts += unified_diff(right.splitlines(), buggy.splitlines(), *names, n=9, lineterm="")
    return "\n".join(parts)


def _definition(module: Any, name: str, place: str) -> str:
    source = inspect.getsource(module)
    body: list[ast.stmt] = ast.parse(source).body
    node: ast.stmt | None = None
    for step in name.split("."):
        node = next((each for each in body if step in _names(each)), None)
        if node is None:
            raise LabError(f"{place} is not defined in {module.__name__}: was it renamed or moved?")
        body = getattr(node, "body", [])
    assert node is not None
    lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
    return textwrap.dedent("\n".join(lines)) + "\n"


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []
