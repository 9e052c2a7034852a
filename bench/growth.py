"""Draw one SVG of how time, statements and the seed's duration grow with the number of orders."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from bench.works import CREATE, DEEP, DRF, FASTAPI, LIST, LITE, NUMBERED, ONE_QUERY, PYTHON, RARE, SUMMARY, US

COMPARED = (
    ("list", LIST, US, "#15803d"), ("list, DRF idiom", LIST, DRF, "#86efac"),
    ("list, FastAPI", LIST, FASTAPI, "#bef264"),
    ("summary", SUMMARY, US, "#b91c1c"), ("summary, predecessor's query", SUMMARY, ONE_QUERY, "#f87171"),
    ("summary, predecessor's N+1", SUMMARY, PYTHON, "#fda4af"), ("summary on SQLite", SUMMARY, LITE, "#7f1d1d"),
    ("deep page", DEEP, US, "#1d4ed8"), ("deep page, DRF page numbers", DEEP, NUMBERED, "#93c5fd"),
    ("filter, one address", RARE, US, "#a16207"), ("filter, one address, DRF", RARE, DRF, "#facc15"),
    ("create", CREATE, US, "#6d28d9"), ("create, DRF idiom", CREATE, DRF, "#c4b5fd"),
)  # fmt: skip
SEEDED = (
    ("this service's seed", "#15803d"), ("raw COPY of the same rows", "#1d4ed8"),
    ("predecessor, save() per row", "#b91c1c"),
)  # fmt: skip
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 400, 60, 40, 230, 40
Curve = tuple[str, str, list[tuple[int, float]]]


def picture(document: dict[str, Any]) -> str:
    """Return three charts, one above the other, with logarithmic axes."""
    found = document["results"]

    def curve(work: str, who: str, what: str) -> list[tuple[int, float]]:
        rows = [row for row in found if (row["work"], row["contender"]) == (work, who) and row.get(what) is not None]
        values = ((row["size"], row[what]["median"] if isinstance(row[what], dict) else row[what]) for row in rows)
        return sorted(values)

    def compared(what: str) -> list[Curve]:
        return [(name, colour, curve(work, who, what)) for name, work, who, colour in COMPARED]

    charts = [
        ("Milliseconds of a request", compared("milliseconds")),
        ("Statements of a request", compared("statements")),
        ("Seconds to seed", [(name, colour, curve("seed", name, "seconds")) for name, colour in SEEDED]),
    ]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="12"'
        f' viewBox="0 0 {WIDTH} {HEIGHT * len(charts)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT * len(charts)}" fill="#fff"/>',
    ]
    for number, (title, curves) in enumerate(charts):
        curves = [curve for curve in curves if curve[2]]
        if not curves:
            continue
        parts += [
            f'<g transform="translate(0 {HEIGHT * number})">',
            *_chart(f"{title}, by number of orders", curves),
            "</g>",
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _chart(title: str, curves: list[Curve]) -> list[str]:
    sizes = sorted({size for *_, points in curves for size, _ in points})
    values = [value for *_, points in curves for _, value in points]
    low, high = math.floor(math.log10(min(values))), max(1, math.ceil(math.log10(max(values))))
    left, right = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] * 10))

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - left) / (right - left)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    parts = [f'<text x="{LEFT}" y="22" font-size="15" fill="#222">{title}</text>']
    for power in range(low, high + 1):
        height = y(10**power)
        parts.append(f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end" fill="#555">{10.0**power:g}</text>')
    for size in sizes:
        at = f'x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}"'
        anchor = "end" if size == sizes[-1] else "middle"  # Curve labels are to the right.
        parts.append(f'<text {at} text-anchor="{anchor}" fill="#555">{size:,}</text>')
    # Labels are placed at the ends of their lines, pushed down where they would overlap, and up at the chart's bottom.
    ordered = sorted(curves, key=lambda curve: -curve[2][-1][1])
    heights: list[float] = []
    for *_, points in ordered:
        heights.append(max(heights[-1] + 15 if heights else TOP, y(points[-1][1]) + 4))
    for index in reversed(range(len(heights))):
        heights[index] = min(heights[index], HEIGHT - BOTTOM + 4 - 15 * (len(heights) - 1 - index))
    for (name, colour, points), height in zip(ordered, heights, strict=True):
        path = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>' for size, value in points]
        value = points[-1][1]
        label = f"{escape(name)} {value:,.0f}" if value >= 100 else f"{escape(name)} {value:.3g}"
        parts.append(f'<circle cx="{WIDTH - RIGHT + 14}" cy="{height - 4:.1f}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 24}" y="{height:.1f}" fill="#222">{label}</text>')
    return parts
