"""Files of exports from a folder, through the production server: in parts, to clients of any speed."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.processes import manage as manage_production
from tests.support.service import Service, manage, serving

EXPORTS = "/api/v1/exports/"
BLOCK = bytes(range(256)) * 4_000
BYTES = 64 * len(BLOCK)
PEAK = 32_000  # kB of memory by which a file of 64 MB may raise a process's peak


@pytest.fixture(scope="module")
def downloads(environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    """The service with an export of acme's whose file is replaced by one of BYTES."""
    folder = tmp_path_factory.mktemp("exports")
    key = manage(environment, "apikey", "create", "acme").strip()
    with serving(environment, key, EXPORTS_STORAGE=str(folder)) as service:
        assert service.ask("POST", EXPORTS, {"kind": "customers"}).status == 202
        assert "1 jobs were due" in manage_production({**environment, "EXPORTS_STORAGE": str(folder)}, "sweep")
        [file] = [path for path in folder.rglob("*") if path.is_file()]
        file.write_bytes(BLOCK * 64)
        yield service, file


def connected(service: Service) -> http.client.HTTPConnection:
    client = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    client.request("GET", f"{EXPORTS}1/file/", headers=service.headers)
    return client


def peak(service: Service) -> int:
    """The highest memory that any process of the service has used, in kB."""
    pid = service.process.pid
    pids = [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    status = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return max(int(text.partition("VmHWM:")[2].split()[0]) for text in status)


def test_a_large_file_arrives_whole_and_is_never_in_memory_as_a_whole(downloads):
    service, file = downloads
    before = peak(service)

    with closing(connected(service)) as client:
        response = client.getresponse()
        digest, size = hashlib.sha256(), 0
        while part := response.read(1 << 20):
            digest.update(part)
            size += len(part)

    assert (response.status, response.headers["Content-Length"], size) == (200, str(BYTES), BYTES)
    assert digest.digest() == hashlib.sha256(file.read_bytes()).digest()
    assert peak(service) - before < PEAK


def test_clients_that_do_not_read_their_file_hold_up_nobody(downloads):
    service, _ = downloads
    clients = [connected(service) for _ in range(20)]

    assert [service.ask("GET", "/api/v1/customers/").status for _ in range(5)] == [200] * 5

    for client in clients:
        client.close()


def test_a_head_request_gets_no_bytes(downloads):
    service, _ = downloads
    head = "".join(f"{name}: {value}\r\n" for name, value in service.headers.items())
    request = f"HEAD {EXPORTS}1/file/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{head}\r\n"

    response = service.raw(request.encode())

    assert response.startswith(b"HTTP/1.1 200")
    assert response.endswith(b"\r\n\r\n")
