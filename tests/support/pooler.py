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


@contextmanager
def pgbouncer(url: str, *, size: int, mode: str = "transaction") -> Iterator[str]:
    """Run a pooler of `size` connections to the server and role of `url`; yield the URL through the pooler."""
    server, port = urlsplit(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
    users, configuration = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{server.username}" "{server.password}"\n')
    ours = OURS.read_text().replace("= transaction", f"= {mode}")
    configuration.write_text(ours + CONFIGURATION.format(server=server, port=port, users=users, size=size))
    address = url.replace(f":{server.port}/", f":{port}/")
    running = Running([str(find_pgbouncer()), str(configuration)], {}, lambda: _answers(address), **not_root(folder))
    try:
        yield address
    finally:
        running.stop()
        shutil.rmtree(folder)


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
