"""Gives the tests their environment before Django reads it: settings of their own, and the database asked for."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

ENVIRONMENT = {
    "DEBUG": "off",
    "SECRET_KEY": "tests",
    "SECRET_KEY_FALLBACKS": "",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DEFAULT_TENANT": "",
    "REQUESTS_PER_MINUTE": "0",  # else no two answers have equal headers
    "PLUGINS": "apps.devtools",
    "TRUST_X_FORWARDED_PROTO": "off",
    "DATABASE_OWNER_URL": "",
    "TZ": "UTC",
}
ROLES = Path(__file__).parents[1] / "deploy/roles.sql"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="where the tests run")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Workers of xdist inherit the environment, the running server included.
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    os.environ.update(ENVIRONMENT)
    if early_config.known_args_namespace.database == "sqlite":
        os.environ["DATABASE_URL"] = "sqlite:///tests.sqlite3"  # never opened: conftest.py puts it elsewhere
    else:
        server = Cluster()
        early_config.add_cleanup(server.stop)
        os.environ["DATABASE_URL"] = server.url_of("orders_app")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite leave out what only PostgreSQL can do; the header says so."""
    if config.option.database == "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("postgresql")])
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]


def pytest_report_header(config: pytest.Config) -> str:
    left = " (what only PostgreSQL can do is left out)" if config.option.database == "sqlite" else ""
    return f"database: {config.option.database}{left}"


def left_out() -> list[str]:
    """What the tests need and this machine lacks, a line each; in CI that is a failure."""
    needs = {
        "PostgreSQL": (find_binaries(), "apt install postgresql"),
        "PgBouncer": (find_pgbouncer(), "apt install pgbouncer"),
        "Chromium": (find_chromium(), "apt install chromium"),
        "slowhttptest": (shutil.which("slowhttptest"), "apt install slowhttptest"),
        "h2load": (shutil.which("h2load"), "apt install nghttp2-client"),
    }
    return [f"{name} was left out: it is not installed (Debian: {how})." for name, (at, how) in needs.items() if not at]


def find_pgbouncer() -> str | None:
    """The pooler's program, which Debian keeps off the path of users."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


def find_chromium() -> str | None:
    """The browser's program: the one that CHROMIUM names, or else one that is installed."""
    names = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, names) if path), None)


def find_binaries() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def url_of(role: str, database: str = "") -> str:
    """DATABASE_URL for another role of the tests' server, which all have one password, and maybe another database."""
    url = re.sub(r"//\w+:", f"//{role}:", os.environ["DATABASE_URL"])
    return re.sub(r"/\w+$", f"/{database}", url) if database else url


class Cluster:
    """A PostgreSQL server of our own, on a free port, in a folder that goes with it. Fast, not durable.

    Every database made on it has the roles of deploy/roles.sql; their owner may make databases.
    """

    def __init__(self) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise pytest.UsageError(left_out()[0])
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        self._user = not_root(self._folder)
        self._password, self._port = secrets.token_hex(16), free_port()
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o644)  # read by the server's user, inside a folder closed to others
        self._run("initdb", "-D", self._data, "-U", "superuser", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
                  "--locale=C", f"--pwfile={password_file}")  # fmt: skip
        self.start()
        with psycopg.connect(self.url_of("superuser", "template1")) as template:
            template.execute(ROLES.read_text())
            for role in ("orders_owner", "orders_app", "orders_ops"):
                template.execute(f"ALTER ROLE {role} PASSWORD '{self._password}'")
            template.execute("ALTER ROLE orders_owner CREATEDB")

    def url_of(self, role: str, database: str = "postgres") -> str:
        """How `role` connects."""
        return f"postgres://{role}:{self._password}@127.0.0.1:{self._port}/{database}"

    def start(self, *arguments: str, more: str = "") -> None:
        """Start the server, which is not running, on the port that it always has."""
        options = f"-h 127.0.0.1 -p {self._port} -k {self._folder} -F -c synchronous_commit=off -c full_page_writes=off"
        options += " -c max_connections=400"  # several processes of tests, some of them with fifty threads
        log = self._folder / "log"
        self._run("pg_ctl", "-D", self._data, "-w", *arguments, "-l", log, "-o", f"{options} {more}", "start")

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Start the server, which is not running, but so that it stays starting up: a standby that nobody may read."""
        standby = self._data / "standby.signal"
        standby.touch()
        standby.chmod(0o666)
        self.start("-W", more="-c hot_standby=off")
        refusal = "refused"
        while "refused" in refusal:
            time.sleep(0.05)
            try:
                psycopg.connect(self.url_of("superuser"))
            except psycopg.OperationalError as error:
                refusal = str(error)
        yield
        self.halt("fast")
        standby.unlink()

    @contextmanager
    def standing_by(self) -> Iterator[None]:
        """Start the server, which is not running, as a standby that follows nobody: it answers, and takes no write."""
        standby = self._data / "standby.signal"
        standby.touch()
        standby.chmod(0o666)
        self.start()
        yield
        self.halt("fast")
        standby.unlink()

    def halt(self, mode: str) -> None:
        """Stop the server in one of pg_ctl's modes; its data stays."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """End all of the server's processes, as a kernel does that is short of memory; its data stays."""
        leader = (self._data / "postmaster.pid").read_text().split()[0]
        os.kill(int(leader), signal.SIGSTOP)  # else it would start others
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for process in (*children, leader):
            os.kill(int(process), signal.SIGKILL)
        while any(map(_is_alive, (*children, leader))):
            time.sleep(0.01)
        # Nobody may have buried it yet, and then its number counts as taken.
        for lock in (self._data / "postmaster.pid", self._folder / f".s.PGSQL.{self._port}.lock"):
            lock.unlink()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt("immediate")
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._user)


def _is_alive(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def not_root(folder: Path) -> dict[str, Any]:
    """Arguments of subprocess for a program that refuses to run as root; `folder` becomes its own."""
    if os.getuid() != 0:
        return {}
    shutil.chown(folder, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
