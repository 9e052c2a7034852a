"""Two commits, each with a database of its own that holds the same rows, and served by its own `make serve`."""

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
# The virtual environment is there, whatever its age. {port} is filled in by Served.
SERVE = (
    "--silent", "--old-file=.venv/.installed", "GRANIAN_HOST=127.0.0.1", "GRANIAN_PORT={port}", "GRANIAN_WORKERS=1",
    "serve",
)  # fmt: skip


@dataclass
class Side:
    """A commit's files and database, and a key of the tenant that owns the rows."""

    folder: Path
    database: Database
    key: str

    @contextmanager
    def serving(self) -> Iterator[Serving]:
        """Serve it with one worker; yield once it responds."""
        environment = {**self.database.product, "MAKEFLAGS": ""}  # not those of the make that runs this
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
        """A request with the tenant's key; a POST if it has a body."""
        return request_bytes(self.server.port, path, {**HEADERS, "Authorization": f"Bearer {self.side.key}"}, body)

    def processes(self) -> list[int]:
        """The ids of the server's processes and of PostgreSQL's, which are the other side's too, but idle."""
        return [*family(self.server.process.pid), *self.side.database.processes()]

    @contextmanager
    def connections(self, count: int) -> Iterator[list[socket.socket]]:
        """Open that many connections, and close them in the end."""
        with ExitStack() as stack:
            address = ("127.0.0.1", self.server.port)
            yield [stack.enter_context(socket.create_connection(address)) for _ in range(count)]


@contextmanager
def two_sides(base_commit: str, head_commit: str | None) -> Iterator[tuple[Side, Side]]:
    """Check out and fill both sides, without a `head_commit` the working tree; remove all of it in the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="against-")))
        commits = {"base": base_commit, "head": head_commit or working_tree(folder / "index")}
        folders = {name: check_out(commit, folder / name) for name, commit in commits.items()}
        cluster = Cluster()
        stack.callback(cluster.stop)
        with psycopg.connect(cluster.url_of("superuser"), autocommit=True) as server:
            server.execute("ALTER SYSTEM SET autovacuum = off")  # it would work during the turn of one side
            server.execute("SELECT pg_reload_conf()")
        rows = Database(cluster, "rows", folder=folders["base"])
        key = _fill(rows, folders["base"])
        # Copies, which each side's migrations bring forward: the same rows in either schema.
        sides = [Side(at, Database(cluster, name, template="rows", folder=at), key) for name, at in folders.items()]
        for side in sides:
            with side.database.superuser(autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        yield sides[0], sides[1]


def _fill(database: Database, folder: Path) -> str:
    """Write the sample data of the code in `folder` for a new tenant; return a key of it."""
    product = database.product
    manage(product, "tenant", "create", "acme", folder=folder)
    # As the owner, who may refresh the statistics.
    owner = {**product, "DATABASE_URL": product["DATABASE_OWNER_URL"], "PLUGINS": "apps.devtools"}
    manage(owner, "seed", "--tenant=acme", *SEED, folder=folder)
    return manage(product, "apikey", "create", "acme", folder=folder).strip()
