"""PgBouncer between the service and its database, on a free port."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from harness.machine import ROOT, find_pgbouncer, free_port, not_root
from harness.processes import Running

CONFIGURATION = """
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
default_pool_size = {size}
[databases]
* = host={server.hostname} port={server.port}
"""
OURS = ROOT / "deploy/pgbouncer.ini"


class PgBouncer(Running):
    """A pooler of `size` connections to the server and role of a URL. `url` leads through it."""

    def __init__(self, url: str, size: int, mode: str, folder: Path) -> None:
        server, port = urlsplit(url), free_port()
        users, configuration = folder / "users.txt", folder / "pgbouncer.ini"
        users.write_text(f'"{server.username}" "{server.password}"\n')
        ours = OURS.read_text().replace("= transaction", f"= {mode}")
        configuration.write_text(ours + CONFIGURATION.format(server=server, port=port, users=users, size=size))
        self.url = url.replace(f":{server.port}/", f":{port}/")
        super().__init__([str(find_pgbouncer()), str(configuration)], {}, self._accepts, **not_root(folder))

    def kill(self) -> None:
        """Kill the process, which breaks all connections through it. `start` starts it again."""
        self.process.kill()
        self.process.wait()

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def pgbouncer(url: str, *, size: int, mode: str = "transaction") -> Iterator[PgBouncer]:
    """Run a pooler of `size` connections to the server and role of `url` inside the block."""
    folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
    pooler = PgBouncer(url, size, mode, folder)
    try:
        yield pooler
    finally:
        pooler.stop()
        shutil.rmtree(folder)
