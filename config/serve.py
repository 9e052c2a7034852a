"""Run the production server, as `make serve` does: `python -m config.serve`.

Settings come from the environment only; granian reads GRANIAN_HOST, GRANIAN_PORT, GRANIAN_WORKERS, …, whose defaults
DEFAULTS overrides.
"""

import os
import sys
from contextlib import suppress

DEFAULTS = {
    "GRANIAN_INTERFACE": "asginl",
    "GRANIAN_WEBSOCKETS": "false",
    "GRANIAN_RESPAWN_FAILED_WORKERS": "true",
    # Each connection costs a file descriptor. With granian's own limits, a thousand idle ones would block all others.
    "GRANIAN_BACKLOG": "20000",
    "GRANIAN_BACKPRESSURE": "20000",
    # Seconds after SIGTERM; more than the 20 in which a client has to send a body.
    "GRANIAN_WORKERS_KILL_TIMEOUT": "25",
}


def main() -> None:
    """Replace this process with granian."""
    with suppress(ImportError):  # Windows has no such limits.
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    command = [sys.executable, "-m", "granian", "config.asgi:application", *sys.argv[1:]]
    os.execve(sys.executable, command, {**DEFAULTS, **os.environ})  # noqa: S606  without a shell, on purpose


if __name__ == "__main__":
    main()
