"""Runs the production server: `python -m config.serve`, which is what `make serve` does.

Settings come from the environment alone, and granian's own from GRANIAN_HOST, GRANIAN_PORT, GRANIAN_WORKERS, …; those
below are its defaults here.
"""

import os
import sys
from contextlib import suppress

DEFAULTS = {
    "GRANIAN_INTERFACE": "asginl",
    "GRANIAN_WEBSOCKETS": "false",
    "GRANIAN_RESPAWN_FAILED_WORKERS": "true",
    # Connections cost a descriptor each. With granian's own bounds a thousand silent ones shut everyone else out.
    "GRANIAN_BACKLOG": "20000",
    "GRANIAN_BACKPRESSURE": "20000",
    # Seconds from SIGTERM on; bodies have to be complete in 20.
    "GRANIAN_WORKERS_KILL_TIMEOUT": "25",
}


def main() -> None:
    """Replace this process by granian."""
    with suppress(ImportError):  # Windows has no such limits.
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    command = [sys.executable, "-m", "granian", "config.asgi:application", *sys.argv[1:]]
    os.execve(sys.executable, command, {**DEFAULTS, **os.environ})  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
