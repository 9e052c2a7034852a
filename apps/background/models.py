from django.db import models
from django.db.models.functions import Now

from apps.tenancy.models import Tenant


class Job(models.Model):
    """Work on one row that a request has left to a worker. The table is the queue: a message only says "look here".

    It holds ids and times, nothing of a tenant's data, so it has no row security and one statement finds the due jobs
    of all tenants. Whoever does the work opens the tenant's scope first.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, help_text="What is to be done; see `ProjectAppConfig.jobs`.")
    row_id = models.BigIntegerField(help_text="The row that the work is about; its table follows from the kind.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(
        db_default=Now(), help_text="When the job may be claimed. While a worker has it, the end of the worker's lease."
    )
    woken_at = models.DateTimeField(
        null=True, help_text="When a message about it was last sent; null: not since it failed."
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was claimed.")
    claim = models.UUIDField(null=True, help_text="The claim of the worker that has it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "row_id"], name="job_once_per_row")]
        # Of all tenants: the sweeper reads what is due, whoever's it is.
        indexes = [models.Index(fields=["due_at"], name="job_by_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
