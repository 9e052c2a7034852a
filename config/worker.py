"""Run a worker for background jobs: `python -m config.worker`. Settings come from the environment.

WORKER_CONCURRENCY is the number of jobs at once, each in a process of its own; default 2.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

OPTIONS = ("--queues", "jobs", "--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO")
LOWEST = 19  # priority, nice(2)


def main() -> None:
    """Replace this process with Celery. SIGTERM lets running jobs finish."""
    lower_priority(os.getpid())
    concurrency = os.environ.get("WORKER_CONCURRENCY") or "2"
    command = ["-m", "celery", "--app", "apps.background.celery", "worker", *OPTIONS, "--concurrency", concurrency]
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", **os.environ}
    os.execve(sys.executable, [sys.executable, *command, *sys.argv[1:]], environment)  # noqa: S606  without a shell, on purpose


def lower_priority(pid: int) -> None:
    """Give a process the lowest priority, so that web processes on the same machine do not wait for it."""
    with suppress(AttributeError, OSError):  # not on every system
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)
        # Linux may share the processors between sessions first; then a priority counts only within one (sched(7)).
        Path(f"/proc/{pid}/autogroup").write_text(str(LOWEST))


if __name__ == "__main__":
    main()
