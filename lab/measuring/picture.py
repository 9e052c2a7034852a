"""Compute the coordinates of the bars and lines in a fault's picture, which the template draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WIDTH = 320
LEFT, RIGHT, TOP, BOTTOM = 48, 308, 22, 132  # of the line chart's plot area


@dataclass(frozen=True)
class Point:
    n: int
    value: int
    x: float
    y: float

    @property
    def shown(self) -> str:
        return f"{self.value:,}"


@dataclass(frozen=True)
class Series:
    """A line for the metric as n grows, and a bar for the metric at the largest n."""

    state: str
    name: str
    growth: str
    points: list[Point]
    bar: float  # width
    bar_y: int

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def line(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True)
class Picture:
    metric: str
    request: str
    top: str  # the largest value
    before: Series
    after: Series

    @property
    def series(self) -> tuple[Series, Series]:
        return self.before, self.after

    @property
    def ticks(self) -> list[Point]:
        """The points whose n is printed on the axis. The labels of the first two would overlap."""
        return self.before.points[2:]

    @property
    def pairs(self) -> list[tuple[Point, Point]]:
        """The points before and after at each n."""
        return list(zip(self.before.points, self.after.points, strict=True))


def picture(measured: dict[str, Any] | None) -> Picture | None:
    """Return the picture of a fault's evidence (see `evidence.read`), or None without evidence."""
    if measured is None:
        return None
    metric = measured["metric"]
    top = max(1, *(figures[metric] for state in ("on", "off") for figures in measured[state]))

    def series(state: str, name: str, bar_y: int) -> Series:
        largest = measured[state][-1]
        points = [
            Point(
                n=figures["n"],
                value=figures[metric],
                x=_scaled(figures["n"] / largest["n"], LEFT, RIGHT),
                y=_scaled(figures[metric] / top, BOTTOM, TOP),
            )
            for figures in measured[state]
        ]
        bar = _scaled(largest[metric] / top, 0, WIDTH)
        return Series(state, name, measured["growth"][state], points, bar, bar_y)

    return Picture(
        metric=metric.replace("_", " "),
        request=measured["on"][-1]["request"],
        top=f"{top:,}",
        before=series("on", "before", 38),
        after=series("off", "after", 108),
    )


def _scaled(share: float, start: int, end: int) -> float:
    return round(start + share * (end - start), 1)
