from django.db import models
from django.utils import timezone

from apps.tenancy.owned import TenantOwned


class IdempotencyKey(TenantOwned):
    """A client's key for one change, and the stored response; both are committed with the change itself."""

    # Stored responses contain ids, which an import replaces.
    exported = False

    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="Hex SHA-256 of the request that had the key first.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Null: not answered yet, seen by nobody else.")
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="idempotencykey_unique")]
        indexes = [models.Index(fields=["tenant", "created_at"], name="idempotencykey_by_created")]

    def __str__(self) -> str:
        return self.key
