"""How far a replica is behind its primary, judged by positions in the primary's log and by one clock."""

from collections import deque

NEVER = float("-inf")


class Freshness:
    """The time as of which a replica has everything that the primary had committed.

    A replica that has replayed a position has all that was committed before this position was the primary's current
    one. So the lag follows from the times at which this process asked for positions, in seconds of its monotonic clock.
    Nothing is compared with the clock of another host, and a replica that receives nothing any more grows old.
    """

    def __init__(self, max_lag: float) -> None:
        """`max_lag` is in seconds; positions that are older are of no use."""
        self.as_of = NEVER
        self._max_lag = max_lag
        self._asked: deque[tuple[float, int]] = deque()

    def note(self, *, replayed: int, position: int, asked: float) -> bool:
        """Note the last position that the replica had replayed, and the primary's current one, asked for after it.

        `asked` is the time just before the primary was asked. Return False if the replica is ahead: it follows another
        history, such as that of a former primary, and nothing is known about its age.
        """
        if replayed > position:
            self.forget()
            return False
        while self._asked and self._asked[0][1] <= replayed:
            self.as_of, _ = self._asked.popleft()
        while self._asked and self._asked[0][0] < asked - self._max_lag:
            self._asked.popleft()
        self._asked.append((asked, position))
        return True

    def forget(self) -> None:
        """Forget everything, because the servers may be others from now on."""
        self.as_of = NEVER
        self._asked.clear()

    def fresh_until(self) -> float:
        """Return the time until which the replica is at most `max_lag` seconds behind."""
        return self.as_of + self._max_lag
