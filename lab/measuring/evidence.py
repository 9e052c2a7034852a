"""The committed measurements (lab/evidence), and the tables of the documents that are generated from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.machine import ROOT
from harness.markers import replace_between
from lab.core.fault import Fault
from lab.measuring.costs import Figures

FIGURES = ROOT / "lab/evidence/figures"
MATRIX = ROOT / "lab/evidence/matrix.json"
DOCUMENTS = (ROOT / "SOLUTION.md", ROOT / "lab/README.md")
Evidence = dict[str, Any]


def evidence_of(fault: Fault, figures: dict[str, list[Figures]]) -> Evidence:
    """Return a fault's figures with the facts about the fault that explain them."""
    growth = {"on": fault.effect.on, "off": fault.effect.off}
    about = {"slug": fault.slug, "title": fault.title, "kind": fault.kind, "difficulty": fault.difficulty}
    return {**about, "databases": list(fault.databases), "metric": fault.effect.metric, "growth": growth, **figures}


def read() -> list[Evidence]:
    """Return the committed evidence of every fault, sorted by slug."""
    return [json.loads(file.read_text()) for file in sorted(FIGURES.glob("*.json"))]


def read_matrix() -> dict[str, dict[str, Any]]:
    """Return the committed kill matrix by slug: the database, and what detected the fault, by kind of check."""
    return json.loads(MATRIX.read_text()) if MATRIX.exists() else {}


def write(evidence: Evidence) -> None:
    """Write a fault's file, with sorted keys for a small diff."""
    text = json.dumps(evidence, indent=1, sort_keys=True, ensure_ascii=False)
    (FIGURES / f"{evidence['slug']}.json").write_text(text + "\n")


def without_time(evidence: Evidence) -> Evidence:
    """Return the evidence without times, which differ between machines."""
    timeless = {
        state: [{name: value for name, value in figures.items() if name != "ms"} for figures in evidence[state]]
        for state in ("on", "off")
    }
    return {**evidence, **timeless}


def rendered(document: str, evidence: list[Evidence]) -> str:
    """Return the document with the table between each pair of markers regenerated."""
    for name, table in TABLES.items():
        document = replace_between(document, f"lab:{name}", table(evidence))
    return document


def write_documents() -> None:
    """Regenerate the tables of the documents from the committed evidence."""
    for file in DOCUMENTS:
        file.write_text(rendered(file.read_text(), read()))


def _faults(evidence: list[Evidence]) -> str:
    """Return one row per fault: its metric at each n, with the fault on and off."""
    rows = []
    for fault in evidence:
        rows.append(
            [
                f"`{fault['slug']}`",
                fault["title"],
                fault["difficulty"],
                fault["metric"].replace("_", " "),
                *(f"{_values(fault, state)} {fault['growth'][state]}" for state in ("on", "off")),
                " → ".join(f"{fault[state][-1]['ms']:.0f}" for state in ("on", "off")),
            ]
        )
    head = ["fault", "what", "difficulty", "measured", "with it, at n = 2 / 8 / 32 / most", "without", "ms at most"]
    return _table(head, rows)


def _regression(evidence: list[Evidence]) -> str:
    """Return a table of how many rows cancelling one order deletes."""
    (fault,) = (fault for fault in evidence if fault["slug"] == "cancel-deletes-customer")
    pairs = zip(fault["on"], fault["off"], strict=True)
    rows = [[str(on["n"]), str(on["rows_deleted"]), str(off["rows_deleted"])] for on, off in pairs]
    return _table(["orders of the customer", "rows deleted by one cancel, before", "after"], rows)


def _summary(evidence: list[Evidence]) -> str:
    """Return a table of the summary's costs, with the N+1 and without it."""
    (fault,) = (fault for fault in evidence if fault["slug"] == "n1-summary")
    names = ("statements", "rows_fetched", "bytes", "ms")
    rows = [
        [str(on["n"]), *(f"{on[name]:,} → {off[name]:,}" for name in names)]
        for on, off in zip(fault["on"], fault["off"], strict=True)
    ]
    return _table(["customers, of 3 orders each", "statements", "rows fetched", "bytes", "ms"], rows)


def _matrix(evidence: list[Evidence]) -> str:
    """Return a table of how many checks of each kind detect each fault, followed by the notable faults and kinds."""
    matrix = {slug: row["seen"] for slug, row in read_matrix().items()}
    if not matrix:
        return "No run is committed yet."
    kinds = list(next(iter(matrix.values())))
    rows = [[f"`{slug}`", *(str(len(seen[kind]) or "") for kind in kinds)] for slug, seen in matrix.items()]
    alone = [f"`{slug}`" for slug, seen in matrix.items() if sum(map(bool, seen.values())) == 1]
    blind = [kind for kind in kinds if not any(seen[kind] for seen in matrix.values())]
    remarks = [
        f"Detected by one kind of check only: {', '.join(alone) or 'none'}.",
        f"Kinds of check that detect none: {', '.join(blind) or 'none'}.",
    ]
    return "\n\n".join([_table(["fault", *kinds], rows), *remarks])


def _values(fault: Evidence, state: str) -> str:
    return " / ".join(f"{figures[fault['metric']]:,}" for figures in fault[state])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


TABLES: dict[str, Callable[[list[Evidence]], str]] = {
    "faults": _faults,
    "matrix": _matrix,
    "regression": _regression,
    "summary": _summary,
}
