"""An export can wait, and requests on the same processors cannot: work in short bursts, and rest in between."""

import time
from typing import IO, Any

from django.core.files import File

BURST = 0.0005  # seconds of work between two rests
REST = 0.06  # seconds of rest for each second of work; the kernel adds about 60 microseconds to each
MOST_REST = 0.02  # seconds; a burst that took longer has waited for the database


class Pace:
    """Alternates between work and rest."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def rest(self) -> None:
        """Sleep for a share of the time since the last rest, if that was a burst."""
        worked = time.monotonic() - self._begun
        if worked > BURST:
            time.sleep(min(REST * worked, MOST_REST))
            self._begun = time.monotonic()


class PacedFile(File):
    """A file that rests while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._source, self._pace = file, Pace()

    def read(self, *size: int) -> Any:
        """Read as the file does."""
        self._pace.rest()
        return self._source.read(*size)
