"""The states of an export, and how they follow each other.

queued -> running -> done -> expired
queued, running -> failed or cancelled
"""

from datetime import timedelta

from django.db.models import TextChoices


class State(TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Kind(TextChoices):
    ORDERS = "orders"
    CUSTOMERS = "customers"
    ITEMS = "items"


class Format(TextChoices):
    CSV = "csv"
    NDJSON = "ndjson"


UNFINISHED = (State.QUEUED, State.RUNNING)
MAX_UNFINISHED = 5  # of one tenant, so that its exports leave workers for others
FILE_KEPT = timedelta(days=1)
ROW_KEPT = timedelta(days=30)
