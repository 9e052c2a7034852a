"""The shell scripts of compose.yaml do what they are for, against real servers, without Docker."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml

from harness.machine import ROOT, find_binaries, find_pgbouncer, free_port, missing_among, not_root
from harness.postgresql import Cluster
from harness.processes import Running

MISSING = missing_among("PostgreSQL", "PgBouncer", "OpenSSL")
pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(bool(MISSING), reason=" ".join(MISSING))]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
PASSWORDS = {"APP_PASSWORD": 'it\'s "app"', "OWNER_PASSWORD": "owner", "REPLICATION_PASSWORD": "replication"}


def script(service: str, **replaced: str) -> list[str]:
    """Return the command of a service's container, with each text of `replaced` replaced."""
    *shell, text = SERVICES[service]["entrypoint"]
    text = text.replace("$$", "$")
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    return [*shell, text]


@pytest.fixture(scope="module")
def primary() -> Iterator[tuple[str, int]]:
    """A server that deploy/primary.sh has prepared: its host and port."""
    cluster = Cluster()
    try:
        cluster.new_database("orders")
        url = urlsplit(cluster.url_of("superuser", "orders"))
        subprocess.run(
            [ROOT / "deploy/primary.sh"],
            env={**os.environ, **PASSWORDS, "PGHOST": "127.0.0.1", "PGPORT": str(url.port), "PGPASSWORD": url.password,
                 "POSTGRES_USER": "superuser", "POSTGRES_DB": "orders", "PGDATA": str(cluster.log.with_name("data"))},
            check=True,
        )  # fmt: skip
        with psycopg.connect(cluster.url_of("superuser")) as superuser:
            superuser.execute("SELECT pg_reload_conf()")
        yield "127.0.0.1", url.port
    finally:
        cluster.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="compose-"))
    yield folder
    shutil.rmtree(folder)


def rows(port: int, role: str, password: str, statement: str) -> list[tuple[object, ...]]:
    address = {"host": "127.0.0.1", "port": port, "user": role, "password": password, "dbname": "orders"}
    with psycopg.connect(**address) as connection:
        return connection.execute(statement).fetchall()


def answers(port: int) -> bool:
    with suppress(psycopg.OperationalError):
        return rows(port, "orders_app", PASSWORDS["APP_PASSWORD"], "SELECT 1") == [(1,)]
    return False


@pytest.mark.parametrize(("role", "variable"), [("orders_app", "APP_PASSWORD"), ("orders_owner", "OWNER_PASSWORD")])
def test_primary_gives_the_roles_their_passwords(primary, role, variable):
    assert rows(primary[1], role, PASSWORDS[variable], "SELECT current_user") == [(role,)]


def test_replica_copies_the_primary_once_and_starts_again(primary, folder):
    host, source = primary
    port, binaries = free_port(), find_binaries()
    # The harness gives its primary more connections than the default, and a standby needs as many.
    options = f"-c max_connections=400 -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    replaced = {"-h primary": f"-h {host} -p {source}", "exec postgres": f"exec {binaries}/postgres {options}"}
    environment = {"PGDATA": str(folder / "data"), "PGPASSWORD": PASSWORDS["REPLICATION_PASSWORD"]}
    replica = Running(script("replica", **replaced), environment, lambda: answers(port), **not_root(folder))
    try:
        replica.kill()
        replica.start()
        state = rows(port, "orders_app", PASSWORDS["APP_PASSWORD"], "SELECT pg_is_in_recovery()")
    finally:
        replica.stop()

    assert state == [(True,)]


def test_pgbouncer_has_the_documented_settings(primary, folder):
    host, target = primary
    port = free_port()
    for name in ("pooler.sh", "pgbouncer.ini"):
        shutil.copy(ROOT / "deploy" / name, folder)
    (folder / "written").mkdir()
    (folder / "written").chmod(0o777)
    variables = {
        "DATABASE_HOST": host,
        "DATABASE_PORT": str(target),
        "APP_PASSWORD": PASSWORDS["APP_PASSWORD"],
        "POOLER_ADDRESS": "127.0.0.1",
        "POOLER_PORT": str(port),
        "POOL_SIZE": "20",
        "TMPDIR": str(folder / "written"),
        "PATH": f"{os.environ['PATH']}:{Path(str(find_pgbouncer())).parent}",
    }
    pooler = Running(["sh", str(folder / "pooler.sh")], variables, lambda: answers(port), **not_root(folder))
    pooler.stop()

    written = (folder / "written/pgbouncer.ini").read_text()
    assert written.startswith((ROOT / "deploy/pgbouncer.ini").read_text())
    assert "[databases]\n* = " in written


def test_certificate_is_written_once(folder):
    command = script("certificate", **{"/certificates": str(folder), "chown 99 ": "chown $(id -u) "})
    subprocess.run(command, check=True, capture_output=True)
    first = (folder / "proxy.pem").read_text()

    subprocess.run(command, check=True, capture_output=True)

    assert (folder / "proxy.pem").read_text() == first
    assert first.startswith((folder / "certificate.pem").read_text())
    assert [oct((folder / name).stat().st_mode)[-3:] for name in ("proxy.pem", "certificate.pem")] == ["600", "644"]
