"""What was measured, as committed data (`lab/evidence/`), and the tables that the documents show of it."""

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
    """A fault's figures with what they are for, as its file holds them."""
    growth = {"on": fault.effect.on, "off": fault.effect.off}
    about = {"slug": fault.slug, "title": fault.title, "kind": fault.kind, "difficulty": fault.difficulty}
    return {**about, "databases": list(fault.databases), "metric": fault.effect.metric, "growth": growth, **figures}


def read() -> list[Evidence]:
    """All that is committed, by slug."""
    return [json.loads(file.read_text()) for file in sorted(FIGURES.glob("*.json"))]


def read_matrix() -> dict[str, dict[str, Any]]:
    """By fault: the database it was looked for on, and what saw it there by kind of check (see `matrix`)."""
    return json.loads(MATRIX.read_text()) if MATRIX.exists() else {}


def write(evidence: Evidence) -> None:
    """Write a fault's file; sorted, so that only what changed differs."""
    text = json.dumps(evidence, indent=1, sort_keys=True, ensure_ascii=False)
    (FIGURES / f"{evidence['slug']}.json").write_text(text + "\n")


def without_time(evidence: Evidence) -> Evidence:
    """All that is the same on every machine."""
    timeless = {
        state: [{name: value for name, value in each.items() if name != "ms"} for each in evidence[state]]
        for state in ("on", "off")
    }
    return {**evidence, **timeless}


def rendered(document: str, evidence: list[Evidence]) -> str:
    """The document with each of its tables, between its markers, made anew. Other text is left as it is."""
    for name, table in TABLES.items():
        document = replace_between(document, f"lab:{name}", table(evidence))
    return document


def write_documents() -> None:
    """Make every table of the documents anew, from what is committed."""
    for file in DOCUMENTS:
        file.write_text(rendered(file.read_text(), read()))


def _faults(evidence: list[Evidence]) -> str:
    """Every fault with the figure that shows it, on and off, at each n."""
    rows = []
    for each in evidence:
        rows.append(
            [
                f"`{each['slug']}`",
                each["title"],
                each["difficulty"],
                each["metric"].replace("_", " "),
                *(f"{_values(each, state)} {each['growth'][state]}" for state in ("on", "off")),
                " → ".join(f"{each[state][-1]['ms']:.0f}" for state in ("on", "off")),
            ]
        )
    head = ["fault", "what", "difficulty", "measured", "with it, at n = 2 / 8 / 32 / most", "without", "ms at most"]
    return _table(head, rows)


def _regression(evidence: list[Evidence]) -> str:
    """Rows that one cancel deletes."""
    (found,) = (each for each in evidence if each["slug"] == "cancel-deletes-customer")
    pairs = zip(found["on"], found["off"], strict=True)
    rows = [[str(on["n"]), str(on["rows_deleted"]), str(off["rows_deleted"])] for on, off in pairs]
    return _table(["orders of the customer", "rows deleted by one cancel, before", "after"], rows)


def _summary(evidence: list[Evidence]) -> str:
    """What the summary costs as N+1 and as it is."""
    (found,) = (each for each in evidence if each["slug"] == "n1-summary")
    names = ("statements", "rows_fetched", "bytes", "ms")
    rows = [
        [str(on["n"]), *(f"{on[name]:,} → {off[name]:,}" for name in names)]
        for on, off in zip(found["on"], found["off"], strict=True)
    ]
    return _table(["customers, of 3 orders each", "statements", "rows fetched", "bytes", "ms"], rows)


def _matrix(evidence: list[Evidence]) -> str:
    """How many checks of each kind see each fault; and the faults and kinds that are worth a thought."""
    found = {slug: each["seen"] for slug, each in read_matrix().items()}
    if not found:
        return "No run is kept yet."
    kinds = list(next(iter(found.values())))
    rows = [[f"`{slug}`", *(str(len(seen[kind]) or "") for kind in kinds)] for slug, seen in found.items()]
    alone = [f"`{slug}`" for slug, seen in found.items() if sum(map(bool, seen.values())) == 1]
    blind = [kind for kind in kinds if not any(seen[kind] for seen in found.values())]
    remarks = [
        f"Seen by one kind of check only: {', '.join(alone) or 'none'}.",
        f"Kinds of check that see nothing: {', '.join(blind) or 'none'}.",
    ]
    return "\n\n".join([_table(["fault", *kinds], rows), *remarks])


def _values(each: Evidence, state: str) -> str:
    return " / ".join(f"{figures[each['metric']]:,}" for figures in each[state])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


TABLES: dict[str, Callable[[list[Evidence]], str]] = {
    "faults": _faults,
    "matrix": _matrix,
    "regression": _regression,
    "summary": _summary,
}
