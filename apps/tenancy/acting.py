"""The API key of the current request, for the rows that record who changed something."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple


class KeyInfo(NamedTuple):
    """What may be shown of an API key."""

    prefix: str
    name: str
    scope: str
    expires_at: datetime | None


_acting: ContextVar[KeyInfo | None] = ContextVar("acting_key", default=None)


def acting_key() -> KeyInfo | None:
    """Return the key of the current request, or None outside of one, or if the default tenant is used without a key."""
    return _acting.get()


@contextmanager
def acting_with(key: KeyInfo | None) -> Iterator[None]:
    """Set the key that `acting_key` returns inside the block."""
    token = _acting.set(key)
    try:
        yield
    finally:
        _acting.reset(token)
