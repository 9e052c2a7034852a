"""Two commits, each served by its own `make serve` on its own database; both databases hold the same rows."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.checkout import check_out, working_tree
from bench.data import Database
from bench.load import request_bytes
from bench.processor import family
from bench.serving import HEADERS, Served
from harness.postgresql import Cluster
from harness.processes import manage

SEED = ("--customers=600", "--orders-per-customer=8", "--items-per-order=4")
# --old-file: do not reinstall the virtual environment. Served fills in {port}.
SERVE = (
    "--silent", "--old-file=.venv/.installed", "GRANIAN_HOST=127.0.0.1", "GRANIAN_PORT={port}", "GRANIAN_WORKERS=1",
    "serve",
)  # fmt: skip


@dataclass
class Side:
    """A commit's files and database, with a key of the tenant that owns the rows."""

    folder: Path
    database: Database
    key: str

    @contextmanager
    def serving(self) -> Iterator[Serving]:
        """Serve the side with one worker, and yield once it responds."""
        environment = {**self.database.product, "MAKEFLAGS": ""}  # Do not inherit the flags of `make bench-against`.
        server = Served([shutil.which("make") or "make", *SERVE], environment, "/healthz", self.folder)
        try:
            yield Serving(self, server)
        finally:
            server.stop()


@dataclass
class Serving:
    """A side while it is served."""

    side: Side
    server: Served

    def request(self, path: str, body: bytes) -> bytes:
        """Return a request with the tenant's key, a POST if it has a body."""
        return request_bytes(self.server.port, path, {**HEADERS, "Authorization": f"Bearer {self.side.key}"}, body)

    def processes(self) -> list[int]:
        """The ids of the server's and PostgreSQL's processes. Those of the other side's connections are idle."""
        return [*family(self.server.process.pid), *self.side.database.processes()]

    @contextmanager
    def connections(self, count: int) -> Iterator[list[socket.socket]]:
        """Open that many connections, and close them after the block."""
        with ExitStack() as stack:
            address = ("127.0.0.1", self.server.port)
            yield [stack.enter_context(socket.create_connection(address)) for _ in range(count)]


@contextmanager
def two_sides(base_commit: str, head_commit: str | None) -> Iterator[tuple[Side, Side]]:
    """Check out and fill both sides, and remove everything after the block. The default head is the working tree."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="against-")))
        commits = {"base": base_commit, "head": head_commit or working_tree(folder / "index")}
        folders = {name: check_out(commit, folder / name) for name, commit in commits.items()}
        cluster = Cluster()
        stack.callback(cluster.stop)
        with psycopg.connect(cluster.url_of("superuser"), autocommit=True) as server:
            server.execute("ALTER SYSTEM SET autovacuum = off")  # It could run during one side's turn.
            server.execute("SELECT pg_reload_conf()")
        rows = Database(cluster, "rows", folder=folders["base"])
        key = _fill(rows, folders["base"])
        # Each side's migrations run on a copy: the same rows in either schema.
        sides = [Side(at, Database(cluster, name, template="rows", folder=at), key) for name, at in folders.items()]
        for side in sides:
            with side.database.superuser(autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        yield sides[0], sides[1]


def _fill(database: Database, folder: Path) -> str:
    """Write the sample data of the code in `folder` for a new tenant, and return a key of it."""
    product = database.product
    manage(product, "tenant", "create", "acme", folder=folder)
    # As the owner, because that role may run ANALYZE.
    owner = {**product, "DATABASE_URL": product["DATABASE_OWNER_URL"], "PLUGINS": "apps.devtools"}
    manage(owner, "seed", "--tenant=acme", *SEED, folder=folder)
    return manage(product, "apikey", "create", "acme", folder=folder).strip()
