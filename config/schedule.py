"""Run the scheduler, one per service: `python -m config.schedule`. It sends a message for each command that is due."""

import os
import sys
import tempfile


def main() -> None:
    """Replace this process with Celery's beat."""
    # When it last ran each command; after a loss it begins anew.
    state = os.path.join(tempfile.gettempdir(), f"regression-lab-schedule-{os.getpid()}")
    command = ["-m", "celery", "--app", "apps.background.celery", "beat", "--schedule", state, "--pidfile", ""]
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", **os.environ}
    os.execve(sys.executable, [sys.executable, *command, *sys.argv[1:]], environment)  # noqa: S606  without a shell, on purpose


if __name__ == "__main__":
    main()
