"""Two sides measured in pairs: the median ratio, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from statistics import median

HEADING = f"{'CPU milliseconds per request':32}{'base':>10}{'head':>10}{'ratio':>8}  (95 % interval)"


@dataclass
class Pairs:
    """The cost of one work on two sides: for every round the pairs of figures that were measured side by side.

    Other load on the machine hits both of a pair alike, so ratios are those of pairs; a median of them ignores pairs
    that it hit unequally. Pairs of one round have the servers in common, so their median counts as one figure.
    """

    name: str
    rounds: list[list[tuple[float, float]]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Median over the rounds of head / base: above 1 the head costs more."""
        return median(self._ratios())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the median, from ranks alone (the sign test's), for any distribution."""
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
    """The names of the works whose ratio is above `limit`; without a limit none."""
    return [each.name for each in measured if limit is not None and each.ratio > limit]
