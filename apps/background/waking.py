"""Wake a worker through the message queue. Every failure is harmless: the sweeper finds the job."""

import time
from logging import getLogger
from threading import Lock

from django.conf import settings

PAUSE = 5.0  # seconds without a further attempt after one that failed, so that requests do not wait for a queue
_paused_until = 0.0
_lock = Lock()  # Threads share Celery's connection to the queue.


def has_workers() -> bool:
    """Whether messages are sent at all. Otherwise whoever sweeps does the work."""
    return bool(settings.QUEUE_URL)


def wake(tenant_id: int, job_id: int) -> None:
    """Send a message with these ids, if there is a queue and it has not failed just now. Never raises."""
    global _paused_until
    if not has_workers() or _is_paused():
        return
    with _lock:
        if _is_paused():  # since it waited for the lock, while another thread's message failed
            return
        try:
            _send(tenant_id, job_id, queue="jobs")
        except Exception as error:  # whatever Celery, kombu and boto3 raise
            _paused_until = time.monotonic() + PAUSE
            getLogger(__name__).warning("The queue takes no messages; jobs wait for the sweeper: %r", error)


def bury(tenant_id: int, job_id: int) -> None:
    """Send the message of a job that was given up to the dead-letter queue, where an alarm counts it. Never raises."""
    if not settings.DEAD_LETTER_QUEUE_URL:
        return
    try:
        with _lock:
            _send(tenant_id, job_id, queue="dead")
    except Exception as error:
        getLogger(__name__).error("The dead-letter queue did not take job %s: %r", job_id, error)


def _send(tenant_id: int, job_id: int, queue: str) -> None:
    from apps.background.tasks import perform_job  # Celery takes a third of a second to import.

    perform_job.apply_async((tenant_id, job_id), queue=queue, retry=False)


def _is_paused() -> bool:
    return time.monotonic() < _paused_until
