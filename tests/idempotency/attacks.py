from __future__ import annotations

from apps.idempotency.models import IdempotencyKey
from tests.support.attacks import Marks


def populate(marks: Marks) -> None:
    """Write a key with a stored response, which a request with the same key must not replay to another tenant."""
    IdempotencyKey.objects.create(key=f"{marks.word}-key", status=200, body=f'{{"name": "{marks.word}-buyer"}}')
