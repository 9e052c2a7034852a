"""The processes of the stack that are not a database: moto, the service's own, and the proxy."""

from __future__ import annotations

import http.client
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.machine import ROOT, find_haproxy, free_port
from harness.processes import SERVE, Running, is_served
from harness.stack import resources

WORK, SCHEDULE = ((sys.executable, "-m", f"config.{name}") for name in ("worker", "schedule"))
MOST_WEBS = 4  # as many as deploy/haproxy.cfg has places for


class Moto(Running):
    """S3 and SQS at `url`. It keeps everything in memory: `start` creates the bucket and queues again, empty."""

    def __init__(self, output: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.resources: dict[str, str] = {}  # the environment that names the bucket and queues, see `provide`
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        super().__init__(command, {}, lambda: is_served(self._port, "/moto-api/data.json"), output=output)

    def provide(self, environment: Mapping[str, str]) -> None:
        """Create the bucket and queues that the variables of the service name, now and after each start."""
        self.resources = dict(environment)
        resources.create(self.resources)

    def start(self) -> None:
        super().start()
        if self.resources:
            resources.create(self.resources)


class Web(Running):
    """A web process, as `make serve` starts it, on `port`. It answers once it is ready."""

    def __init__(self, environment: Mapping[str, str], output: Path) -> None:
        self.port = free_port()
        own = {"GRANIAN_PORT": str(self.port), "GRANIAN_WORKERS": "1"}
        super().__init__(SERVE, {**environment, **own}, lambda: is_served(self.port, "/readyz"), output=output)


class Background(Running):
    """A worker or the scheduler. It listens on no port, so it counts as started at once."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], output: Path) -> None:
        super().__init__(command, environment, lambda: True, output=output)


class Proxy(Running):
    """HAProxy with deploy/haproxy.cfg: https at `url`, with the certificate in the file `certificate`."""

    def __init__(self, webs: Sequence[Web], folder: Path, output: Path) -> None:
        """Write the certificate and its key to `folder`."""
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.certificate = folder / "certificate.pem"
        environment = {
            "PROXY_ADDRESS": f"127.0.0.1:{self.port}",
            "PROXY_CERTIFICATE": str(write_certificate(self.certificate)),
            **{f"WEB_{number}": f"127.0.0.1:{web.port}" for number, web in enumerate(webs, 1)},
        }
        command = [str(find_haproxy()), "-db", "-f", str(ROOT / "deploy/haproxy.cfg")]
        super().__init__(command, environment, self._answers, output=output)

    def _answers(self) -> bool:
        """Whether a web process responds through the proxy."""
        context = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=10, context=context)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def write_certificate(file: Path) -> Path:
    """Write a certificate of localhost, signed by itself, to `file`; return a file that also has its private key."""
    both, key = file.with_name("proxy.pem"), file.with_name("key.pem")
    subprocess.run(
        [str(shutil.which("openssl")), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", file],
        check=True, capture_output=True,
    )  # fmt: skip
    both.touch(mode=0o600)
    both.write_text(file.read_text() + key.read_text())
    key.unlink()
    return both
