"""Report a run's figures as tables and a picture, and compare them with the goals."""

from __future__ import annotations

from typing import Any

from bench import growth
from bench.lists import GOOD, LISTS, RATIO, UNMARKED
from bench.payers import CANCEL, PAY, PAYERS
from bench.reports import CATALOGUE, REPORTS
from bench.works import (
    BARE,
    COMMON,
    CREATE,
    DEEP,
    DRF,
    FAIR,
    FASTAPI,
    LIST,
    LITE,
    NINJA,
    NUMBERED,
    ONE_QUERY,
    POOLED,
    RARE,
    SUMMARY,
    US,
)  # fmt: skip
from harness.machine import ROOT
from harness.markers import replace_between

SEED, COPY, LOOP = "this service's seed", "raw COPY of the same rows", "predecessor, save() per row"
LIMITS = {**REPORTS, **CATALOGUE}


def _find(document: dict[str, Any], work: str, size: int, contender: str, what: str) -> float | None:
    for row in document["results"]:
        if (row["work"], row["size"], row["contender"]) == (work, size, contender):
            return row[what]["median"] if isinstance(row[what], dict) else row[what]
    return None


def goals(document: dict[str, Any]) -> list[str]:
    """Return a table row for each goal that applies to the measured sizes."""
    sizes = sorted({row["size"] for row in document["results"] if row["work"] == LIST})
    rows = []

    def times(goal: str, least: float, above: float | None, below: float | None) -> None:
        if above and below:
            ratio = above / below
            rows.append(f"| {goal} | {ratio:,.2f} x | {'yes' if ratio >= least else '**no**'} |")

    def at_most(goal: str, most: float, value: float | None, base: float | None) -> None:
        if value and base:
            rows.append(f"| {goal} | {value / base:,.2f} x | {'yes' if value <= most * base else '**no**'} |")

    def within(goal: str, most: float, value: float | None) -> None:
        if value:
            rows.append(
                f"| {goal}, at most {most:,} ms | {_short(value)} ms | {'yes' if value <= most else '**no**'} |"
            )

    for size in sizes:

        def ms(work: str, who: str, size: int = size) -> float | None:
            return _find(document, work, size, who, "milliseconds")

        def rate(work: str, who: str, size: int = size) -> float | None:
            return _find(document, work, size, who, "requests_per_second")

        at = f"{size:,}: "
        if size == 1_000_000:
            times(f"{at}summary, at least 100 x as fast as one ORM query", 100, ms(SUMMARY, ONE_QUERY), ms(SUMMARY, US))
            at_most(f"{at}summary, at most 2 x its time at 1,600", 2, ms(SUMMARY, US), ms(SUMMARY, US, 1_600))
            for report, (_, limit) in LIMITS.items():
                if limit:
                    within(f"{at}{report}", limit, ms(report, US))
            for work in (PAY, CANCEL):
                ratio = _find(document, work, size, US, "ratio")
                at_most(f"{at}{work}, at most 1.25 x without the reports' triggers", 1.25, ratio, 1)
            ratio = _find(document, PAYERS, size, US, "ratio")
            times(f"{at}{PAYERS}, at least 0.9 x without the reports' triggers", 0.9, ratio, 1)
            within(f"{at}lists, half of the kinds", 15, _find(document, LISTS, size, US, "median_ms"))
            within(f"{at}lists, the slowest kind", 120, _find(document, LISTS, size, US, "slowest_ms"))
            unmarked = _find(document, LISTS, size, UNMARKED, "slowest_ms")
            within(f"{at}lists, the slowest kind with LIKE not leakproof", 400, unmarked)
            within(f"{at}lists, archived orders", 10, _find(document, LISTS, size, US, "archived_ms"))
            for name, filter_ in (("common", COMMON), ("rare", RARE)):
                times(f"{at}filters, {name} e-mail, at least 5 x DRF", 5, ms(filter_, DRF), ms(filter_, US))
        lite = [(ms(report, LITE) or 0) / (ms(report, US) or 1) for report in REPORTS]
        at_most(f"{at}each report on SQLite, at most 3 x PostgreSQL", 3, max(lite), 1)
        for name, figure in (("half of the kinds", "median_ms"), ("the slowest kind", "slowest_ms")):
            own, other = (_find(document, LISTS, size, who, figure) for who in (US, LITE))
            at_most(f"{at}lists on SQLite, {name}, at most {RATIO} x PostgreSQL", RATIO, other, own)
        at_most(f"{at}summary, at most 3 x bare SQL", 3, ms(SUMMARY, US), ms(SUMMARY, BARE))
        for peer in (DRF, NUMBERED, NINJA, FASTAPI):
            times(f"{at}order list, ahead of {peer}", 1, rate(LIST, US), rate(LIST, peer))
        times(f"{at}order list, 2 x FastAPI (moonshot)", 2, rate(LIST, US), rate(LIST, FASTAPI))
        at_most(f"{at}deep page, at most 1.5 x page 1", 1.5, ms(DEEP, US), ms(DEEP, f"{US}, page 1"))
        for peer in (DRF, FASTAPI):
            times(f"{at}create, ahead of {peer}", 1, rate(CREATE, US), rate(CREATE, peer))
        for work in (LIST, SUMMARY, DEEP, COMMON, RARE, CREATE):
            for peer in (FAIR, POOLED):
                times(f"{at}{work}, ahead of {peer}", 1, rate(work, US), rate(work, peer))
    for size in sorted({row["size"] for row in document["results"] if row["work"] == "seed"}):
        own, copy, loop = (_find(document, "seed", size, who, "seconds") for who in (SEED, COPY, LOOP))
        times(f"{size:,}: seed, at least 20 x the loop", 20, loop, own)
        at_most(f"{size:,}: seed, at most 1.6 x raw COPY", 1.6, own, copy)
    return rows


def tables(document: dict[str, Any]) -> str:
    """Return Markdown tables of the goals and all figures."""
    machine = document["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    lines = [
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
        f"PostgreSQL {machine['postgresql']}; {packages}. Median (lowest to highest) of {document['rounds']} rounds of "
        f"{document['seconds']:g} s, in turns.",
        "", "| goal | measured | met |", "|---|---|---|", *goals(document),
    ]  # fmt: skip
    found = document["results"]
    measured = [row for row in found if "milliseconds" in row]
    lines += _works("work", [row for row in measured if row["work"] not in LIMITS])
    lines += _works("report", [row for row in measured if row["work"] in LIMITS])
    lines += _lists([row for row in found if row["work"] == LISTS])
    lines += _payers([row for row in found if "ratio" in row])
    lines += ["", "| orders | seeded by | seconds | peak memory, MB |", "|---:|---|---:|---:|"]
    lines += [_line(row, _span(row["seconds"]), row.get("megabytes")) for row in found if row["work"] == "seed"]
    lines += ["", "| orders | process | cold start, ms | worker after the run, MB |", "|---:|---|---:|---:|"]
    lines += [_line(row, _span(row["cold_start_ms"]), row["megabytes"]) for row in found if row["work"] == "process"]
    return "\n".join(lines)


def _works(heading: str, rows: list[dict[str, Any]]) -> list[str]:
    lines = ["", f"| orders | who | {heading} | requests/s | ms | 99th, ms | CPU ms | statements |",
             "|---:|---|---|---:|---:|---:|---:|---:|"]  # fmt: skip
    for row in rows:
        times = _span(row["milliseconds"]), _short(row["p99_milliseconds"]), _short(row["cpu_milliseconds"])
        lines.append(_line(row, row["work"], _span(row["requests_per_second"]), *times, row["statements"]))
    return lines if rows else []


def _lists(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["", f"| orders | who | kinds of lists | half, ms | slowest, ms | archived, ms | at most {GOOD:g} ms "
             f"| at most {RATIO} x PostgreSQL |", "|---:|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    lines += map(lists_line, rows)
    lines += ["", "| orders | who | the ten slowest kinds of lists | ms | rows |", "|---:|---|---|---:|---:|"]
    lines += [_line(row, f"`{each['kind']}`", each["ms"], each["rows"]) for row in rows for each in row["slowest"]]
    return lines if rows else []


def lists_line(row: dict[str, Any]) -> str:
    """Return the table row of a contender's lists."""
    times = (_short(row[figure]) for figure in ("median_ms", "slowest_ms", "archived_ms"))
    shares = (f"{100 * row[share]:.1f} %" for share in ("good_share", "near_share"))
    return _line(row, f"{row['kinds']:,}", *times, *shares)


def _payers(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["", "| orders | who | work, without and with the reports' triggers | without | with | ratio |",
             "|---:|---|---|---:|---:|---:|"]  # fmt: skip
    for row in rows:
        unit = "payments/s" if row["work"] == PAYERS else "ms"
        sides = (_span(row[side]) for side in ("without", "with", "ratio"))
        lines.append(_line(row, f"{row['work']}, {unit}", *sides))
    return lines if rows else []


def _line(row: dict[str, Any], *cells: object) -> str:
    shown = ("" if cell is None else str(cell) for cell in (f"{row['size']:,}", row["contender"], *cells))
    return f"| {' | '.join(shown)} |"


def _span(value: dict[str, float]) -> str:
    return "{} ({} to {})".format(*(_short(value[name]) for name in ("median", "low", "high")))


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def write(document: dict[str, Any]) -> None:
    """Write the tables between the markers of README.md, and draw growth.svg."""
    page = ROOT / "bench/README.md"
    page.write_text(replace_between(page.read_text(), "results", tables(document)))
    (ROOT / "bench/growth.svg").write_text(growth.picture(document))
