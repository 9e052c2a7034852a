"""Load the faults of a folder, one per file."""

from __future__ import annotations

import importlib.util
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lab.core.fault import DATABASES, Fault, LabError

FOLDER = Path(__file__).parents[1] / "faults"


class UnknownFault(LabError):
    """No fault has that slug."""


def all_faults(folder: Path = FOLDER) -> list[Fault]:
    """Return the faults in `folder`, sorted by slug. Raises LabError for an invalid file."""
    return [_load(file) for file in sorted(folder.glob("*.py")) if file.stem != "__init__"]


def find_faults(slugs: list[str], folder: Path = FOLDER) -> list[Fault]:
    """Return the named faults in that order, or all if none is named. Raises UnknownFault with the nearest slugs."""
    known = {fault.slug: fault for fault in all_faults(folder)}
    for slug in slugs:
        if slug not in known:
            near = get_close_matches(slug, known, n=3, cutoff=0.4) or list(known)
            raise UnknownFault(f"There is no fault {slug!r}. Near: {', '.join(near)}.")
    return [known[slug] for slug in slugs] if slugs else list(known.values())


def _load(file: Path) -> Fault:
    try:
        fault = _module(file).FAULT
    except Exception as error:
        # Most likely it imports a name that the product no longer has.
        raise LabError(f"{file.name} cannot be read: {type(error).__name__}: {error}") from error
    problems = []
    if fault.slug != file.stem.replace("_", "-"):
        problems.append(f"its slug is {fault.slug!r}")
    if not fault.tests or not all(fault.tests.values()):
        problems.append("it names no tests, or a test without a symptom")
    if len(fault.decoys) != 2:
        problems.append("it does not have two decoys")
    if not fault.databases or not set(fault.databases) <= set(DATABASES):
        problems.append("it names no database, or an unknown one")
    if problems:
        raise LabError(f"{file.name}: {'; '.join(problems)}.")
    return fault


def _module(file: Path) -> Any:
    name = f"lab.faults.{file.stem}"
    if file.parent == FOLDER:
        return importlib.import_module(name)
    name = f"lab_fault_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
