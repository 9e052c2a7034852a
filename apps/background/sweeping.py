"""Find the jobs that no message has reached. Its cost does not depend on the number of tenants."""

import time
from logging import getLogger

from django.conf import settings
from django.db import Error, connection

from apps import metrics
from apps.background import jobs, waking, work


def sweep() -> int:
    """Wake a worker for each job that is due, or do the job here if there is no queue; return how many were due.

    Reads one table that holds ids only, with one statement for all tenants.
    """
    if settings.METRICS_NAMESPACE:
        metrics.publish(queue_age_seconds=round(jobs.queue_age(), 3))
    due = jobs.take_due_jobs()
    for tenant_id, job_id in due:
        if waking.has_workers():
            waking.wake(tenant_id, job_id)
        else:
            work.perform(tenant_id, job_id)
    return len(due)


def sweep_forever(seconds: float) -> None:
    """Sweep again and again, with a pause of so many seconds; log an error of the database, and go on."""
    while True:
        try:
            sweep()
        except Error as error:
            getLogger(__name__).warning("The sweep failed and will be repeated: %s", error)
            connection.close()
        time.sleep(seconds)
