"""The tasks of Celery's workers. Imported only where there is a queue."""

from django.core.management import call_command

from apps.background import work
from apps.background.celery import SCHEDULE, app


@app.task(name="perform_job")
def perform_job(tenant_id: int, job_id: int) -> None:
    """Do a job. The message is only a wake-up call: a lost one costs time, a repeated one finds nothing to claim."""
    work.perform(tenant_id, job_id)


@app.task(name="run_command")
def run_command(name: str) -> None:
    """Run one of the management commands in SCHEDULE. Raises ValueError for another."""
    if name not in SCHEDULE:
        raise ValueError(f"{name} is not a scheduled command.")
    call_command(name)
