"""Run a worker for background jobs: `python -m config.worker`. Settings come from the environment.

WORKER_CONCURRENCY is the number of jobs at once, each in a process of its own; default 2.
"""

import os
import sys

OPTIONS = ("--queues", "jobs", "--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO")


def main() -> None:
    """Replace this process with Celery. SIGTERM lets running jobs finish."""
    concurrency = os.environ.get("WORKER_CONCURRENCY") or "2"
    command = ["-m", "celery", "--app", "apps.background.celery", "worker", *OPTIONS, "--concurrency", concurrency]
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", **os.environ}
    os.execve(sys.executable, [sys.executable, *command, *sys.argv[1:]], environment)  # noqa: S606  without a shell, on purpose


if __name__ == "__main__":
    main()
