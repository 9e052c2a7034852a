"""The images that `make image` has built, running everything of production against real servers."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest

from harness.image.__main__ import TAGS
from harness.image.builders import Image, find_builder
from harness.machine import free_port
from harness.postgresql import Cluster
from harness.processes import HTTPS, Running, is_served
from harness.stack.environment import service_environment
from harness.stack.parts import Moto

PASSWORD = 'it\'s a "password"'  # that has to be quoted


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: Any


class Service:
    """A database, PgBouncer, moto, a web process and a worker; all but the database and moto run in the images."""

    environment: dict[str, str]  # of the service; `owner` has the URL of the tables' owner as well
    owner: dict[str, str]
    web: Running
    worker: Running
    port: int
    key: str

    def __init__(self, image: Image, pooler: Image, folder: Path, ends: ExitStack) -> None:
        self._image, self._folder, self._ends = image, folder, ends
        database = Cluster()
        ends.callback(database.stop)
        urls = database.new_database("orders")
        with psycopg.connect(database.url_of("superuser", "orders"), autocommit=True) as superuser:
            superuser.execute((image.root / "app/deploy/roles.sql").read_text())
            superuser.execute("ALTER ROLE orders_app PASSWORD '{}'".format(PASSWORD.replace("'", "''")))
        self.moto = Moto(folder / "moto.log")
        ends.callback(self.moto.stop)
        port = free_port()
        quoted = "it%27s%20a%20%22password%22"
        self.environment = service_environment(
            database=f"postgres://orders_app:{quoted}@127.0.0.1:{port}/orders",
            owner="",
            replica="",
            cache="",
            aws=self.moto.url,
        )
        self.owner = {**self.environment, "DATABASE_OWNER_URL": urls["DATABASE_OWNER_URL"]}
        self.moto.provide(self.environment)
        variables = {
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(urlsplit(urls["DATABASE_URL"]).port),
            "APP_PASSWORD": PASSWORD,
            "POOLER_PORT": str(port),
        }
        self.pooler = self.start(pooler, "pooler", (), variables, self._pools)
        self.migrated = run(image, self.owner, "python", "manage.py", "migrate").stdout
        self._manage("tenant", "create", "demo")
        self.key = self._manage("apikey", "create", "demo").split()[-1]
        self.port = free_port()
        web = {**self.environment, "GRANIAN_PORT": str(self.port)}
        self.web = self.start(image, "web", (), web, lambda: is_served(self.port, "/readyz"))
        work = ("python", "-m", "config.worker")
        self.worker = self.start(image, "worker", work, self.environment, lambda: "ready." in self.worker_log)

    def start(self, image: Image, name: str, arguments: tuple[str, ...], environment: Mapping[str, str], answers: Any):
        """Start a container that the end of the tests stops."""
        log = self._folder / f"{name}.log"
        running = Running(image.command(arguments, environment), {}, answers, output=log)
        self._ends.callback(running.stop)
        return running

    @property
    def worker_log(self) -> str:
        return (self._folder / "worker.log").read_text()

    def send(self, method: str, path: str, body: Any = None) -> Response:
        """Send a request to the web process, as the proxy would."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = {**HTTPS, "Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, fields)
            response = connection.getresponse()
            text = response.read()
            return Response(response.status, response.headers, json.loads(text) if text else None)
        finally:
            connection.close()

    def _manage(self, *arguments: str) -> str:
        return run(self._image, self.environment, "python", "manage.py", *arguments).stdout

    def _pools(self) -> bool:
        try:
            psycopg.connect(self.environment["DATABASE_URL"]).close()
        except psycopg.OperationalError:
            return False
        return True


def run(image: Image, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the image. Raises CalledProcessError, after writing the command's messages to stderr."""
    done = subprocess.run(image.command(arguments, environment), capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return done


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    with find_builder().open(TAGS["service"]) as image:
        yield image


@pytest.fixture(scope="session")
def pooler() -> Iterator[Image]:
    with find_builder().open(TAGS["pooler"]) as image:
        yield image


@pytest.fixture(scope="session")
def service(image: Image, pooler: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with ExitStack() as ends:
        yield Service(image, pooler, tmp_path_factory.mktemp("service"), ends)
