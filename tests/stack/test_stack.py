"""`make stack`, used over TLS as a newcomer would, and ended with Ctrl-C."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from harness.machine import ROOT, missing_among, wait_until

MISSING = missing_among("PostgreSQL", "PgBouncer", "Redis", "HAProxy", "OpenSSL")
pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(bool(MISSING), reason=" ".join(MISSING))]
COMMAND = [sys.executable, "-m", "harness.stack", "--customers", "3"]
ORDERS = "/api/v1/orders/"


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: Any


class Started:
    """`python -m harness.stack` as a process, whose temporary files are in `folder`, and what it prints."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._output = folder, folder.with_suffix(".txt")
        folder.mkdir()
        environment = {**os.environ, "TMPDIR": str(folder)}
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def __enter__(self) -> Started:
        """Return once everything has started."""
        try:
            wait_until(lambda: "logs  " in self.printed or self.process.poll() is not None, "it is ready", seconds=120)
        except TimeoutError:
            self.interrupt()
        if self.process.poll() is not None:
            raise RuntimeError(self.printed)
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.interrupt()

    def value(self, label: str) -> str:
        """Return what is printed behind a label."""
        return re.findall(rf"^  {label} +(\S+)", self.printed, re.MULTILINE)[0]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Send a request to the proxy with the printed key and certificate."""
        port = int(re.findall(r"https://localhost:(\d+)/docs/", self.printed)[0])
        context = ssl.create_default_context(cafile=self.value("certificate"))
        connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
        fields = {"Authorization": f"Bearer {self.value('API key of demo')}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, {**fields, **headers})
            response = connection.getresponse()
            text = response.read()
            return Response(response.status, response.headers, json.loads(text) if text else None)
        finally:
            connection.close()

    def ports(self) -> set[int]:
        """Return the ports of all addresses that are printed."""
        return {int(port) for port in re.findall(r"(?:localhost|127\.0\.0\.1):(\d+)", self.printed)}

    def processes(self) -> list[str]:
        """Return the command lines of running processes that use the folder for temporary files."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            except OSError:
                continue  # It has ended, or belongs to another user.
            if str(self.folder).encode() in command + environment:
                found.append(command.replace(b"\0", b" ").decode())
        return found

    def interrupt(self) -> int:
        """Press Ctrl-C, and return the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(120)


def is_open(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for temporary files that every user may enter: PostgreSQL does not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Started]:
    """A stack for all tests of this module. In the end, Ctrl-C leaves nothing: no process, port or file."""
    with Started(folder / "first") as started:
        ports = started.ports()
        yield started
        status = started.interrupt()
    assert status == 0, started.printed
    assert started.printed.endswith("Ended; nothing is left running.\n")
    assert len(ports) == 6
    assert [port for port in ports if is_open(port)] == []
    assert started.processes() == []
    assert list(started.folder.iterdir()) == []


def test_printed_command_lists_orders(stack):
    command = re.findall(r"curl .*", stack.printed)[0]

    done = subprocess.run(["sh", "-c", f"{command} --silent --fail"], capture_output=True, text=True, check=True)

    page = json.loads(done.stdout)
    assert len(page["results"]) == 3
    assert page["next"].startswith("https://localhost:")  # The proxy says that it is https.


def test_newcomer_creates_an_order_and_sees_it_in_a_report(stack):
    customer = stack.send("POST", "/api/v1/customers/", {"name": "Ada", "email": "ada@new.example"}).body["id"]
    line = {"sku": "TEA", "quantity": 2, "unit_price_cents": 10_000_000}

    created = stack.send("POST", ORDERS, {"customer": customer, "items": [line]})
    stack.send("POST", f"{ORDERS}{created.body['id']}/pay/")
    report = stack.send("GET", "/api/v1/reporting/summary/?limit=1", **{"Cache-Control": "no-cache"})

    assert (created.status, created.body["total_cents"]) == (201, 20_000_000)
    assert report.status == 200
    assert "ada@new.example" in json.dumps(report.body)


def test_every_web_process_serves(stack):
    for _ in range(8):
        assert stack.send("GET", ORDERS).status == 200

    logs = Path(stack.value("logs"))
    assert [name for name in ("web-1.log", "web-2.log") if ORDERS not in (logs / name).read_text()] == []


def smoke(stack: Started, key: str) -> subprocess.CompletedProcess[str]:
    url = re.findall(r"https://localhost:\d+", stack.printed)[0]
    environment = {**os.environ, "SMOKE_KEY": key, "SSL_CERT_FILE": stack.value("certificate")}
    command = [sys.executable, "-m", "harness.smoke", url]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_smoke_test_of_a_deployment_passes(stack):
    done = smoke(stack, stack.value("API key of demo"))

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 7


def test_smoke_test_of_a_deployment_names_what_fails(stack):
    done = smoke(stack, "rl_unknown")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "FAILED  a customer is created: 401"
    assert done.stderr.startswith("a customer is created: 401 instead of 201: {")


def test_rate_limit_is_shown(stack):
    headers = stack.send("GET", ORDERS).headers

    assert "6000" in headers["RateLimit-Policy"]
    assert "RateLimit" in headers


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X_Forwarded_Proto"])
def test_proxy_removes_a_clients_protocol(stack, name):
    """The service would refuse plain http with 403."""
    assert stack.send("GET", ORDERS, **{name: "http"}).status == 200


def test_stranger_gets_nothing(stack):
    assert stack.send("GET", ORDERS, Authorization="Bearer rl_unknown").status == 401


def test_newcomer_exports_orders(stack):
    accepted = stack.send("POST", "/api/v1/exports/", {"kind": "orders", "format": "csv", "filters": {}})
    location = urlsplit(accepted.headers["Location"]).path

    wait_until(lambda: stack.send("GET", location).body["state"] == "done", "the export is done", seconds=90)
    redirect = stack.send("GET", f"{location}file/")
    with urllib.request.urlopen(redirect.headers["Location"], timeout=30) as file:
        lines = file.read().decode().splitlines()

    assert (accepted.status, redirect.status) == (202, 303)
    assert redirect.headers["Location"].startswith(stack.value("S3 and SQS").removesuffix("/moto-api/"))
    assert len(lines) >= 1 + 3 * 5  # a header, and the orders of the sample data


def test_part_that_dies_is_reported_and_ends_the_stack(folder):
    with Started(folder / "second") as started:
        children = Path(f"/proc/{started.process.pid}/task/{started.process.pid}/children").read_text().split()
        (redis,) = [child for child in children if b"redis-server" in Path(f"/proc/{child}/cmdline").read_bytes()]
        os.kill(int(redis), signal.SIGKILL)
        status = started.process.wait(120)

    assert status == 1
    assert "redis has ended with status -9. The end of its log:\n" in started.printed
    assert "Ready to accept connections" in started.printed
    assert started.processes() == []
    assert list(started.folder.iterdir()) == []


def test_ctrl_c_during_the_start_leaves_nothing(folder):
    started = Started(folder / "third")
    wait_until(lambda: "Starting PgBouncer" in started.printed, "the first step is done")

    status = started.interrupt()

    assert status == 0, started.printed
    assert "Regression Lab runs" not in started.printed
    assert started.processes() == []
    assert list(started.folder.iterdir()) == []


def test_missing_programs_are_named_before_anything_starts(tmp_path):
    done = subprocess.run(
        COMMAND, cwd=ROOT, env={**os.environ, "PATH": str(tmp_path), "TMPDIR": str(tmp_path)}, capture_output=True
    )

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == [
        "Redis is not installed (Debian: apt install redis-server).",
        "OpenSSL is not installed (Debian: apt install openssl).",
    ]
    assert list(tmp_path.iterdir()) == []
