"""PgBouncer between the service and its database, with the settings of deploy/pgbouncer.ini."""

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


class Pooler(Running):
    """PgBouncer on a free port. `url` is the DATABASE_URL through it; `close` also removes its folder."""

    def __init__(self, url: str, *, size: int, mode: str = "transaction", output: Path | None = None) -> None:
        """Pool `size` connections to the server, database and role of `url`."""
        server, port = urlsplit(url), free_port()
        self._own = Path(tempfile.mkdtemp(prefix="regression-lab-"))
        users, configuration = self._own / "users.txt", self._own / "pgbouncer.ini"
        users.write_text(f'"{server.username}" "{server.password}"\n')
        ours = OURS.read_text().replace("= transaction", f"= {mode}")
        configuration.write_text(ours + CONFIGURATION.format(server=server, port=port, users=users, size=size))
        self.url = url.replace(f":{server.port}/", f":{port}/")
        command = [str(find_pgbouncer()), str(configuration)]
        try:
            super().__init__(command, {}, self._answers, output=output, **not_root(self._own))
        except BaseException:
            shutil.rmtree(self._own)
            raise

    def close(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self._own)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def pgbouncer(url: str, *, size: int, mode: str = "transaction") -> Iterator[Pooler]:
    """Run a pooler of `size` connections to the server, database and role of `url` inside the block."""
    pooler = Pooler(url, size=size, mode=mode)
    try:
        yield pooler
    finally:
        pooler.close()
