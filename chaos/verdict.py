"""The verdict of a scenario: the facts it measured, and the promises it found broken."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from harness.machine import ROOT
from harness.markers import replace_between

RESULTS, PAGE = ROOT / "chaos/results.json", ROOT / "docs/reliability.md"


@dataclass
class Verdict:
    """`facts` maps names to measured values; `broken` describes each fact that is not as promised."""

    promise: str
    database: str
    facts: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, name: str, value: Any) -> None:
        """Record a fact without a promise."""
        self.facts[name] = value

    def equal(self, name: str, value: Any, promised: Any) -> None:
        self.facts[name] = value
        if value != promised:
            self.broken.append(f"{name}: {value}, not {promised}")

    def at_most(self, name: str, value: float, most: float) -> None:
        self.facts[name] = value
        if value > most:
            self.broken.append(f"{name}: {value}, more than {most}")

    def at_least(self, name: str, value: float, least: float) -> None:
        """Require enough of what makes the scenario an attack: otherwise a kept promise would prove nothing."""
        self.facts[name] = value
        if value < least:
            self.broken.append(f"{name}: {value}, less than {least}")

    def statuses(self, found: Counter[int]) -> None:
        """Record how many responses had each status; 0 counts requests without a response."""
        self.facts["answers"] = {str(status or "none"): found[status] for status in sorted(found)}


def keep(name: str, verdicts: list[Verdict]) -> None:
    """Replace the results of the scenario `name` in results.json, and regenerate the table."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept[name] = [vars(verdict) for verdict in verdicts]
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")
    PAGE.write_text(replace_between(PAGE.read_text(), "chaos", table(kept)))


def table(kept: dict[str, list[dict[str, Any]]]) -> str:
    """Return a Markdown table with one row per verdict."""
    lines = ["| promised | database | measured | kept |", "|---|---|---|---|"]
    for found in (verdict for verdicts in kept.values() for verdict in verdicts):
        facts = "; ".join(f"{name}: {_shown(value)}" for name, value in found["facts"].items())
        answer = "**no**: " + "; ".join(found["broken"]) if found["broken"] else "yes"
        lines.append(f"| {found['promise']} | {found['database']} | {facts} | {answer} |")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count:,} x {name}" for name, count in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)
