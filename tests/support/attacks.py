"""The contract of `tests/<app>/attacks.py`, an app's part of the isolation tests. `collecting` reads these names:

- `ROWS`: operation -> kind of attack -> the parameters and fields that it uses (see `matrix`).
- `populate(marks)`: write rows of one tenant, in its scope; rows that a list shows get ids from `marks.ids`. The apps
  earlier in INSTALLED_APPS have written theirs.
- `VALUES`: field -> a valid value; `FILTERS`: parameter -> values that would find another tenant's rows. Both are
  needed only where no value follows from the type or from the rows of `populate`.
- `WIDEST`: parameter -> the value with which a list or a report shows all rows.
- `shown()`: derived values that responses show in the current scope beside the columns, such as sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple


class Marks(NamedTuple):
    """Values that only one tenant's rows contain: ids, a word, a time, a quantity, an amount."""

    ids: Iterator[int]
    word: str
    time: datetime
    quantity: int
    cents: int


DAY = "2024-01-07"  # of all rows; requests write later dates
# Parts of ROWS that most apps share.
LIST = {"ordering": "ordering", "cursor": "cursor"}
READ = {"path id": "id", "header": "If-Match If-None-Match"}
CHANGE = {"path id": "id", "header": "Idempotency-Key If-Match If-None-Match"}
KEY = {"header": "Idempotency-Key"}
