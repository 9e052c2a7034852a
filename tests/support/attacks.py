"""What `tests/<app>/attacks.py` says of the attacks on an app, with any of the names below (`collecting` reads them).

- `ROWS`: for each operation, kind of attack -> the parameters and fields that it goes through (see `matrix`).
- `populate(marks)`: write rows of one tenant, in its scope; those that a list shows with ids from `marks.ids`. The rows
  of the apps that come earlier in INSTALLED_APPS are there.
- `VALUES`: field -> what a tenant may send in it; `FILTERS`: parameter -> values that would find another tenant's rows.
  Both only where nothing follows from the type, nor from what `populate` has written.
- `WIDEST`: parameter -> the value with which a list or a report shows all it has.
- `shown()`: what answers show of the running scope's rows beside their columns, such as sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple


class Marks(NamedTuple):
    """What the rows of one tenant are made of and no other's: ids, a word, a time, a small number, an amount."""

    ids: Iterator[int]
    word: str
    time: datetime
    quantity: int
    cents: int


DAY = "2024-01-07"  # of all rows; what a request dates is later
# Parts of ROWS that the operations of most apps have.
LIST = {"ordering": "ordering", "cursor": "cursor"}
READ = {"path id": "id", "header": "If-Match If-None-Match"}
CHANGE = {"path id": "id", "header": "Idempotency-Key If-Match If-None-Match"}
KEY = {"header": "Idempotency-Key"}
