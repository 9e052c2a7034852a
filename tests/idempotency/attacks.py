from __future__ import annotations

from apps.idempotency.models import IdempotencyKey
from tests.support.attacks import Marks


def populate(marks: Marks) -> None:
    """Write a key with its answer, so that sending the same key could show it."""
    IdempotencyKey.objects.create(key=f"{marks.word}-key", status=200, body=f'{{"name": "{marks.word}-buyer"}}')
