"""PgBouncer between the service and its database, on a free port."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.plugin import find_pgbouncer, free_port, not_root

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
OURS = Path(__file__).parents[2] / "deploy/pgbouncer.ini"


@contextmanager
def pgbouncer(url: str, *, size: int, mode: str = "transaction") -> Iterator[str]:
    """A pooler of `size` connections to the server and the role of `url`; yields how one connects through it."""
    server, port = urlsplit(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="regression-lab-"))
    users, configuration = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{server.username}" "{server.password}"\n')
    ours = OURS.read_text().replace("= transaction", f"= {mode}")
    configuration.write_text(ours + CONFIGURATION.format(server=server, port=port, users=users, size=size))
    process = subprocess.Popen(
        [str(find_pgbouncer()), str(configuration)], stderr=subprocess.PIPE, text=True, **not_root(folder)
    )
    try:
        address = url.replace(f":{server.port}/", f":{port}/")
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(folder)


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(100):
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.1)
    pytest.fail("PgBouncer did not start.")
