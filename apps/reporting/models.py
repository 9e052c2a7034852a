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


class BucketTotal(TenantOwned):
    """The revenue of one bucket, a quarter of an hour by `paid_at`. Written only by `bucket_triggers`."""

    kept_by_database = True

    bucket = models.BigIntegerField(help_text="Quarters of an hour since 1970-01-01T00:00Z.")
    order_count = models.BigIntegerField()
    total_cents = models.BigIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "bucket"], name="buckettotal_unique")]


class BucketProduct(TenantOwned):
    """The revenue of one product in one bucket. Written only by `bucket_triggers`."""

    kept_by_database = True

    bucket = models.BigIntegerField()
    sku = models.CharField(max_length=64)
    order_count = models.BigIntegerField()
    pieces = models.BigIntegerField()
    total_cents = models.BigIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "bucket", "sku"], name="bucketproduct_unique")]


class ProductTotal(TenantOwned):
    """The revenue of one product: the sum of its BucketProducts. Written only by `bucket_triggers`."""

    kept_by_database = True

    sku = models.CharField(max_length=64)
    order_count = models.BigIntegerField()
    pieces = models.BigIntegerField()
    total_cents = models.BigIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "sku"], name="producttotal_unique")]
        indexes = [models.Index(fields=["tenant", "-total_cents", "sku"], name="producttotal_by_total")]


class StaleBuckets(TenantOwned):
    """A range of buckets whose totals are out of date: reports read its orders instead.

    A trigger on orders adds a row; deleting the row brings the totals of its buckets up to date.
    """

    exported = False

    first = models.BigIntegerField(help_text="First bucket.")
    last = models.BigIntegerField(help_text="Last bucket, inclusive.")

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "first", "last"], name="stalebuckets_by_first")]
