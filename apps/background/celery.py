"""Celery's application for workers and the scheduler: `python -m config.worker`, `python -m config.schedule`.

A message wakes a worker and holds ids only, so it is acknowledged on receipt: what is to be done, and whether it is
done, is in the database (`apps.background`).
"""

from celery import Celery
from django.conf import settings

from apps.background import transport

SCHEDULE = {"sweep": 10, "expire_exports": 3600, "purge_idempotency_keys": 24 * 3600, "reconcile": 24 * 3600}  # seconds

transport.use()
app = Celery("jobs")
app.conf.update(
    broker_url="sqs://",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "region": settings.QUEUE_REGION,
        # URLs that are given need no right to list or create queues.
        "predefined_queues": {
            "jobs": {"url": settings.QUEUE_URL},
            "dead": {"url": settings.DEAD_LETTER_QUEUE_URL},
        },
        "wait_time_seconds": 10,  # of long polling
        "client-config": {"connect_timeout": 1, "read_timeout": 2, "retries": {"max_attempts": 0}},
    },
    imports=["apps.background.tasks"],
    task_default_queue="jobs",
    task_ignore_result=True,
    # A handler stops by itself after JOB_SECONDS; one that hangs is killed, and its lease ends.
    task_time_limit=settings.JOB_SECONDS + 30,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    beat_schedule={
        name: {"task": "run_command", "args": (name,), "schedule": seconds, "options": {"expires": seconds}}
        for name, seconds in SCHEDULE.items()
    },
)
