"""Idempotency keys: a repeated request is made once. Key and change are committed in one transaction or not at all."""

from collections.abc import Mapping
from datetime import datetime

from django.db import OperationalError

from apps.idempotency.models import IdempotencyKey


class KeyInUse(Exception):
    """A request with the same key is still being processed. The transaction can only be rolled back."""


class KeyReused(Exception):
    """The key belongs to another request."""


def claim_key(*, key: str, fingerprint: str) -> IdempotencyKey:
    """Return the row of `key`: a new one without a status, or one with the response to the first request.

    Waits for a concurrent request with the same key: on PostgreSQL the INSERT waits, for the role's lock_timeout at
    most, until the other transaction ends; on SQLite only one transaction runs at a time. Raises KeyInUse, KeyReused.
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
    """Delete the keys created before `before` and return their number."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]
