from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.exports.lifecycle import Format, Kind, State
from apps.tenancy.owned import TenantOwned


class Export(TenantOwned):
    """A file with all rows of a list, as they were at one instant. A worker writes it; see `work`."""

    # The file stays where it is, and so an import would only bring the names of files that are not there.
    exported = False

    kind = models.CharField(max_length=9, choices=Kind.choices, help_text="The list whose rows it holds.")
    format = models.CharField(
        max_length=6,
        choices=Format.choices,
        default=Format.CSV,
        help_text="`csv` for spreadsheets, or `ndjson`: one JSON object per line.",
    )
    filters = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    rows = models.BigIntegerField(null=True, help_text="The number of rows in the file; null until it is done.")
    bytes = models.BigIntegerField(null=True, help_text="The size of the file; null until it is done.")
    reason = models.CharField(max_length=200, default="", help_text="Why it failed; empty otherwise.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, help_text="When the file is deleted; null until it is done.")
    file = models.CharField(max_length=200, default="", editable=False, help_text="Its name in the storage.")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="export_tenant_id"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="export_state_known"),
            models.CheckConstraint(
                condition=~Q(state=State.DONE)
                | (Q(rows__isnull=False, bytes__isnull=False, expires_at__isnull=False) & ~Q(file="")),
                name="export_done_has_file",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "id"], name="export_by_state")]

    def __str__(self) -> str:
        return f"export {self.pk}"
