"""Find what this machine offers: programs, free ports and a user other than root."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def missing_programs() -> list[str]:
    """Return a line for each program that the tests need and this machine lacks. In CI a missing one is a failure."""
    return [f"{name} was left out: it is not installed (Debian: {how})." for name, how in _missing().items()]


def missing_among(*names: str) -> list[str]:
    """Return a line for each of these programs that this machine lacks, with the command that installs it."""
    return [f"{name} is not installed (Debian: {how})." for name, how in _missing().items() if name in names]


def _missing() -> dict[str, str]:
    """Return how to install each program that this machine lacks, by name."""
    needs = {
        "PostgreSQL": (find_binaries(), "apt install postgresql"),
        "PgBouncer": (find_pgbouncer(), "apt install pgbouncer"),
        "Redis": (shutil.which("redis-server"), "apt install redis-server"),
        "HAProxy": (find_haproxy(), "apt install haproxy"),
        "OpenSSL": (shutil.which("openssl"), "apt install openssl"),
        "Chromium": (find_chromium(), "apt install chromium"),
        "slowhttptest": (shutil.which("slowhttptest"), "apt install slowhttptest"),
        "h2load": (shutil.which("h2load"), "apt install nghttp2-client"),
        "node with npm": (shutil.which("node") and shutil.which("npm"), "apt install nodejs npm"),
    }
    return {name: how for name, (at, how) in needs.items() if not at}


def find_pgbouncer() -> str | None:
    """Return the path of PgBouncer, which on Debian is not on users' PATH."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


def find_haproxy() -> str | None:
    """Return the path of HAProxy, which on Debian is not on users' PATH."""
    return shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")


def find_chromium() -> str | None:
    """Return the path of a browser: the value of CHROMIUM, otherwise an installed one."""
    names = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, names) if path), None)


def find_binaries() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def not_root(folder: Path) -> dict[str, Any]:
    """Return arguments of subprocess for a program that refuses to run as root, and make its user own `folder`."""
    if os.getuid() != 0:
        return {}
    shutil.chown(folder, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Return once the condition is true. Raises a TimeoutError with the text `what`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"Not within {seconds:g} seconds: {what}.")
        time.sleep(0.01)
