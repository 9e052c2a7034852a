"""Read the source of the right code and of the buggy code from the files that define them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from difflib import unified_diff
from importlib import import_module
from typing import Any

from lab.core.fault import Change, Decoy, Fault, LabError, Receiver


def definition(path: str) -> str:
    """Return the source of "package.module:Class.name", without decorators.

    Raises LabError if the module does not define it; a name that the module only imports has moved.
    """
    module, _, name = path.partition(":")
    return _definition(import_module(module), name, path)


def right_code(change: Change) -> str:
    """Return the product's source at the change's place; empty if the change adds a receiver."""
    return "" if isinstance(change, Receiver) else definition(change.path)


def buggy_code(change: Change, written_in: Any) -> str:
    """Return the fault's source for that place. `written_in` is the fault's module."""
    if isinstance(change, Receiver) or inspect.isfunction(change.code):
        return _definition(written_in, change.code.__code__.co_name, change.place)
    return _definition(written_in, change.path.rpartition(".")[2].rpartition(":")[2], change.path)


def diff(fault: Fault, decoy: Decoy | None = None) -> str:
    """Return a unified diff per place, from the right code to the buggy code, or to the decoy's."""
    written_in = inspect.getmodule(fault.arrange)
    parts: list[str] = []
    for change in fault.changes_with(decoy):
        right, buggy = right_code(change), buggy_code(change, written_in)
        if not inspect.isfunction(change.code) and f".{change.place.rpartition(':')[2]}" in buggy:
            # A constant that is computed from the right one is shown below it.
            buggy = f"{right}{buggy}"
        names = (f"right/{change.place}", f"buggy/{change.place}")
        parts += unified_diff(right.splitlines(), buggy.splitlines(), *names, n=9, lineterm="")
    return "\n".join(parts)


def _definition(module: Any, name: str, place: str) -> str:
    source = inspect.getsource(module)
    body: list[ast.stmt] = ast.parse(source).body
    node: ast.stmt | None = None
    for step in name.split("."):
        node = next((statement for statement in body if step in _names(statement)), None)
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
