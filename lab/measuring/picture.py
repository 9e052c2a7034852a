"""Where the bars and lines of a fault's picture go; the template draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WIDTH = 320
LEFT, RIGHT, TOP, BOTTOM = 48, 308, 22, 132  # where the lines are drawn


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
    """The fault's metric as n grows, and as a bar at the largest n."""

    state: str
    name: str
    growth: str
    points: list[Point]
    bar: float  # its width
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
        """Points whose n can be told apart on the axis."""
        return self.before.points[2:]

    @property
    def pairs(self) -> list[tuple[Point, Point]]:
        """Each n's point before and after."""
        return list(zip(self.before.points, self.after.points, strict=True))


def picture(measured: dict[str, Any] | None) -> Picture | None:
    """The picture of a fault's evidence (see `evidence.read`); None of none."""
    if measured is None:
        return None
    metric = measured["metric"]
    top = max(1, *(each[metric] for state in ("on", "off") for each in measured[state]))

    def series(state: str, name: str, bar_y: int) -> Series:
        largest = measured[state][-1]
        points = [
            Point(
                n=each["n"],
                value=each[metric],
                x=_scaled(each["n"] / largest["n"], LEFT, RIGHT),
                y=_scaled(each[metric] / top, BOTTOM, TOP),
            )
            for each in measured[state]
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
