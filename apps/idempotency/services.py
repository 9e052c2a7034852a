"""Keys that make a change happen once. Key and change are one transaction: both are kept, or neither is."""

from collections.abc import Mapping
from datetime import datetime

from django.db import OperationalError

from apps.idempotency.models import IdempotencyKey


class KeyInUse(Exception):
    """A request with the same key has not been answered yet. The transaction can only be rolled back."""


class KeyReused(Exception):
    """The key belongs to another request."""


def claim_key(*, key: str, fingerprint: str) -> IdempotencyKey:
    """The row of `key`: a new one without a status, or the one that holds the answer of the first request.

    A twin in flight is waited for: on PostgreSQL the INSERT waits, for the role's lock_timeout at most, until the other
    row is committed or gone; on SQLite the transaction has begun when no other is running. Raises KeyInUse, KeyReused.
    """
    new = IdempotencyKey(key=key, fingerprint=fingerprint)
    try:
        IdempotencyKey.objects.bulk_create([new], ignore_conflicts=True)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        raise KeyInUse from error
    try:
        row = IdempotencyKey.objects.get(key=key)
    except IdempotencyKey.DoesNotExist as error:  # purged just now
        raise KeyInUse from error
    if row.fingerprint != fingerprint:
        raise KeyReused
    return row


def keep_answer(*, row: IdempotencyKey, status: int, headers: Mapping[str, str], body: str) -> None:
    """Store the response for requests that repeat the key."""
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, headers=dict(headers), body=body)


def purge_keys(*, before: datetime) -> int:
    """Delete the keys that are older than `before`; how many there were."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]
