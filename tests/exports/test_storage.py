"""S3 that does not answer holds up a request for a bounded time, and a slow upload is not cut off."""

from __future__ import annotations

import io
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from apps.background.sweeping import sweep
from apps.exports import files
from config.settings import exports_storage

SIZE = 16 * 2**20  # bytes; more than the sockets' buffers hold
DONE = b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "0"\r\n\r\n'


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket that listens where S3 should be, and so accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{listening.getsockname()[1]}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield listening


@pytest.fixture
def move_to_s3(settings, endpoint: socket.socket) -> Callable[[], None]:
    """A function that makes S3 the storage from then on."""

    def move() -> None:
        settings.STORAGES = {**settings.STORAGES, "exports": exports_storage("s3://orders-exports/tests")}

    return move


@pytest.mark.usefixtures("in_acme")
def test_deletion_answers_within_30_seconds_while_s3_is_frozen(
    api, move_to_s3, caplog, django_capture_on_commit_callbacks
):
    export = api.post("/api/v1/exports/", {"kind": "items"})
    assert sweep() == 1
    move_to_s3()

    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        status = api.delete(export["Location"]).status_code

    assert (status, time.monotonic() - started < 30) == (204, True)
    assert "could not be deleted: ReadTimeoutError" in caplog.text


def receive(connection: socket.socket) -> None:
    """Take a PUT request and answer it. Its body is taken in parts, with a rest of 2 seconds before each quarter."""
    with connection, connection.makefile("rb") as request:
        head = b"".join(iter(request.readline, b"\r\n"))
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        for part in (length // 4, length // 4, length // 4, length - 3 * (length // 4)):
            time.sleep(2)
            request.read(part)
        connection.sendall(DONE)


def test_upload_may_take_longer_than_its_limits_for_a_part(endpoint, move_to_s3):
    move_to_s3()
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    server = threading.Thread(target=lambda: receive(endpoint.accept()[0]), daemon=True)
    server.start()

    name = files.save("1/1", uuid.UUID(int=1), io.BytesIO(bytes(SIZE)))

    server.join(30)
    assert (name, server.is_alive()) == (f"1/1/{uuid.UUID(int=1).hex}", False)
