"""Compare two sides measured in pairs: the median ratio and its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from statistics import median

HEADING = f"{'CPU milliseconds per request':32}{'base':>10}{'head':>10}{'ratio':>8}  (95 % interval)"


@dataclass
class Pairs:
    """The cost of one work on two sides: for every round, the pairs of figures that were measured side by side.

    Other load on the machine affects both figures of a pair, so each pair gives one ratio; the median ignores pairs
    that were affected unequally. Pairs of one round share their servers, so their median counts as one figure.
    """

    name: str
    rounds: list[list[tuple[float, float]]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median over the rounds of head / base: above 1, the head costs more."""
        return median(self._ratios())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the median by the sign test, which assumes no distribution."""
        ratios = self._ratios()
        below = max(0, int((len(ratios) - 1.96 * len(ratios) ** 0.5) / 2) - 1)
        return ratios[below], ratios[-1 - below]

    def _ratios(self) -> list[float]:
        return sorted(median(head / base for base, head in pairs) for pairs in self.rounds)

    def __str__(self) -> str:
        base, head = (median(side) for side in zip(*chain(*self.rounds), strict=True))
        low, high = self.interval
        return f"{self.name:32}{base:>10.3f}{head:>10.3f}{self.ratio:>8.3f}  ({low:.3f} to {high:.3f})"


def above(limit: float | None, measured: list[Pairs]) -> list[str]:
    """Return the names of the works whose ratio is above `limit`; none without a limit."""
    return [pairs.name for pairs in measured if limit is not None and pairs.ratio > limit]


def spread(values: Sequence[float]) -> dict[str, float]:
    return {name: round(pick(values), 4) for name, pick in (("median", median), ("low", min), ("high", max))}
