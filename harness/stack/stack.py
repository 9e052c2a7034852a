"""Everything of production on one machine, with real servers; moto stands for AWS."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType

from harness.machine import missing_among
from harness.pooler import Pooler
from harness.postgresql import Cluster
from harness.processes import Running, manage
from harness.redis import RedisServer
from harness.server import Server
from harness.stack.environment import service_environment
from harness.stack.parts import MOST_WEBS, SCHEDULE, WORK, Background, Moto, Proxy, Web
from harness.standby import Standby

DATABASE = "orders"
POOL = 20  # connections of PgBouncer to the primary
# Creates all tenants and keys in one process, and prints the keys.
MAKE_TENANTS = """
from apps.tenancy import keys
from apps.tenancy.models import Tenant
for slug in {!r}:
    print(keys.issue_key(tenant=Tenant.objects.create(slug=slug, name=slug.capitalize())))
"""


class Stack:
    """PostgreSQL with a standby, PgBouncer, Redis, moto, web processes behind HAProxy, workers and the scheduler.

    A context manager: it starts everything, and in the end removes everything. Each part is an attribute, which a test
    may kill, freeze, stop and start. `environment` has the variables of the service, `keys` an API key for each tenant:
    `demo`, which has sample data, and tenant-2, tenant-3, …. `folder` contains the certificate, `logs` the logs.
    """

    primary: Cluster
    standby: Standby
    pooler: Pooler
    redis: RedisServer
    moto: Moto
    webs: list[Web]
    workers: list[Background]
    scheduler: Background
    proxy: Proxy
    environment: dict[str, str]
    keys: dict[str, str]

    def __init__(
        self,
        *,
        webs: int = 2,
        workers: int = 2,
        tenants: int = 1,
        customers: int = 20,
        on_step: Callable[[str], None] = lambda step: None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`customers`: those of the sample data, with five orders each; `environment`: more variables of the service.

        `on_step` receives the name of each step before it. What it raises ends the stack. Raises FileNotFoundError with
        a line for each program that is missing, and ValueError if deploy/haproxy.cfg has no place for so many webs.
        """
        if missing := missing_among("PostgreSQL", "PgBouncer", "Redis", "HAProxy", "OpenSSL"):
            raise FileNotFoundError("\n".join(missing))
        if not 1 <= webs <= MOST_WEBS:
            raise ValueError(f"deploy/haproxy.cfg has places for 1 to {MOST_WEBS} web processes.")
        self._webs, self._workers, self._customers = webs, workers, customers
        self._slugs = ["demo", *(f"tenant-{number}" for number in range(2, tenants + 1))]
        self._on_step, self._more = on_step, environment
        self._running: dict[str, Running] = {}

    def __enter__(self) -> Stack:
        with ExitStack() as ends:
            self.folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
            ends.callback(shutil.rmtree, self.folder)
            self.logs = self.folder / "logs"
            self.logs.mkdir()
            for step, start in (
                ("PostgreSQL", self._start_databases),
                ("PgBouncer, Redis and moto", self._start_services),
                ("the database's tables and sample data", self._fill),
                ("the service", self._start_service),
                ("the proxy", self._start_proxy),
            ):
                self._on_step(step)
                start(ends)
            self._ends = ends.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    @property
    def url(self) -> str:
        """Where clients reach the service: https, with the proxy's certificate."""
        return self.proxy.url

    @property
    def parts(self) -> dict[str, Running | Server]:
        """Every part that was started, by name."""
        return {"primary": self.primary, "standby": self.standby, **self._running}

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run manage.py as an operator would, with the owner's DATABASE_OWNER_URL; return what it prints."""
        return manage({**self.environment, **environment}, *arguments)

    def failure(self) -> str:
        """Return which part has ended and the end of its log, or an empty string while all run."""
        for name, part in self.parts.items():
            if isinstance(part, Running) and part.process.poll() is not None:
                return (
                    f"{name} has ended with status {part.process.returncode}. The end of its log:\n{part.log[-3000:]}"
                )
            if not isinstance(part, Running) and not part.is_running:
                return f"{name} has ended. The end of its log:\n{part.log.read_text()[-3000:]}"
        return ""

    def _start_databases(self, ends: ExitStack) -> None:
        self.primary = Cluster(durable=True)
        ends.callback(self.primary.stop)
        self._database = self.primary.new_database(DATABASE)
        self.standby = Standby(self.primary)
        ends.callback(self.standby.stop)
        for name, server in (("primary", self.primary), ("standby", self.standby)):
            (self.logs / f"{name}.log").symlink_to(server.log)

    def _start_services(self, ends: ExitStack) -> None:
        self.pooler = Pooler(self._database["DATABASE_URL"], size=POOL, output=self._log("pooler"))
        ends.callback(self.pooler.close)
        self.redis = RedisServer(self._log("redis"))
        ends.callback(end, self.redis)
        self.moto = Moto(self._log("moto"))
        ends.callback(end, self.moto)
        self._running |= {"pooler": self.pooler, "redis": self.redis, "moto": self.moto}
        self.environment = {
            **service_environment(
                database=self.pooler.url,
                owner=self._database["DATABASE_OWNER_URL"],
                replica=self.standby.url_of("orders_app", DATABASE),
                cache=self.redis.url,
                aws=self.moto.url,
            ),
            **self._more,
        }
        self.moto.provide(self.environment)

    def _fill(self, ends: ExitStack) -> None:
        self.manage("migrate", "-v", "0")
        self.keys = dict(
            zip(
                self._slugs,
                self.manage("shell", "-v", "0", "-c", MAKE_TENANTS.format(self._slugs)).split(),
                strict=True,
            )
        )
        self.manage("seed", "--tenant", "demo", "--customers", str(self._customers), PLUGINS="apps.devtools")

    def _start_service(self, ends: ExitStack) -> None:
        # Only `migrate` connects as the owner of the tables. The scheduler keeps its state in a temporary file.
        environment = {**self.environment, "DATABASE_OWNER_URL": "", "TMPDIR": str(self.folder)}
        starts: dict[str, Callable[[], Running]] = {}
        for number in range(1, self._webs + 1):
            starts[f"web-{number}"] = partial(Web, environment, self._log(f"web-{number}"))
        for number in range(1, self._workers + 1):
            starts[f"worker-{number}"] = partial(Background, WORK, environment, self._log(f"worker-{number}"))
        starts["scheduler"] = partial(Background, SCHEDULE, environment, self._log("scheduler"))
        with ThreadPoolExecutor(len(starts)) as threads:
            started = {name: threads.submit(start) for name, start in starts.items()}
        running = {name: future.result() for name, future in started.items() if not future.exception()}
        ends.callback(end, *running.values())
        for future in started.values():
            future.result()
        self._running |= running
        self.webs = [part for part in running.values() if isinstance(part, Web)]
        background = {name: part for name, part in running.items() if isinstance(part, Background)}
        self.workers = [part for name, part in background.items() if name != "scheduler"]
        self.scheduler = background["scheduler"]

    def _start_proxy(self, ends: ExitStack) -> None:
        self.proxy = Proxy(self.webs, self.folder, self._log("proxy"))
        ends.callback(end, self.proxy)
        self._running["proxy"] = self.proxy

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def end(*parts: Running) -> None:
    """Stop processes at once, whatever state they are in, and what they left running."""
    with ThreadPoolExecutor(max(1, len(parts))) as threads:
        list(threads.map(_end, parts))


def _end(part: Running) -> None:
    part.thaw()
    part.stop()
    with suppress(ProcessLookupError):
        os.killpg(part.process.pid, signal.SIGKILL)
