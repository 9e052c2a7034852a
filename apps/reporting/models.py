from django.db import models

from apps.customers.models import Customer
from apps.tenancy.owned import TenantOwned


class CustomerTotal(TenantOwned):
    """A customer's revenue. One row per customer, written only by `triggers`."""

    kept_by_database = True

    # DO_NOTHING: a trigger deletes the row with its customer, even when this app is no longer installed.
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    order_count = models.BigIntegerField(default=0, help_text="Orders that count as revenue.")
    # Signed and without a CHECK: an upsert with a negative difference would fail it before the conflict is resolved.
    total_cents = models.BigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer"], name="customertotal_unique")]
        indexes = [models.Index(fields=["tenant", "-total_cents", "customer"], name="customertotal_by_total")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.total_cents}"
