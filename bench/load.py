"""A cheap load generator, so that the server dominates the measurement: one thread, kept-alive sockets."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

LONGEST_SECONDS = 900  # without any response


@dataclass
class Load:
    """The seconds of each response, the seconds of the whole run, and the number of requests without a response."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    lost: int = 0
    last: bytes = b""
    cpu_seconds: float = 0.0  # of the servers, set by the caller

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def request_bytes(port: int, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return an HTTP/1.1 request, a POST if it has a body."""
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def load(port: int, request: bytes, connections: int, seconds: float, *, may_lose: bool = False) -> Load:
    """Send `request` repeatedly on each connection for `seconds`, at least once, and wait for all responses.

    Raises RuntimeError if a response is not a 2xx, or if a connection breaks, unless `may_lose`.
    """
    result, selector = Load(), selectors.DefaultSelector()

    def send(sock: socket.socket | None = None) -> None:
        sock = sock or socket.create_connection(("127.0.0.1", port))
        sent = time.perf_counter()  # before sending, after which the server may run instead of this process
        sock.sendall(request)
        selector.register(sock, selectors.EVENT_READ, [sent, b""])

    started = time.perf_counter()
    for _ in range(connections):
        send()
    while selector.get_map():
        ready = selector.select(LONGEST_SECONDS)
        if not ready:
            raise RuntimeError(f"no answer in {LONGEST_SECONDS} seconds")
        for key, _ in ready:
            sock, state = key.fileobj, key.data
            try:
                received = sock.recv(1 << 18)
            except ConnectionError:
                received = b""
            state[1] += received
            done = _is_whole(state[1])
            if received and not done:
                continue
            selector.unregister(sock)
            now = time.perf_counter()
            if not done:
                if not may_lose:
                    raise RuntimeError(f"the connection broke after {state[1][:300]!r}")
                result.lost += 1
                continue
            if not state[1].startswith(b"HTTP/1.1 2"):
                raise RuntimeError(state[1][:2000].decode(errors="replace"))
            result.times.append(now - state[0])
            result.last = state[1]
            head = state[1][: state[1].index(b"\r\n\r\n")].lower()
            keeps = b"connection: close" not in head
            if now - started < seconds:
                send(sock if keeps else None)
            if not keeps or now - started >= seconds:
                sock.close()
    result.seconds = time.perf_counter() - started
    return result


def burst(connections: list[socket.socket], request: bytes, count: int) -> None:
    """Send `request` `count` times over each of the open connections, and wait for all responses.

    Raises RuntimeError if a response is not a 2xx or a connection ends.
    """
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.sendall(request)
            selector.register(connection, selectors.EVENT_READ, [count, b""])
        while selector.get_map():
            for key, _ in selector.select():
                connection, state = key.fileobj, key.data
                received = connection.recv(1 << 18)
                state[1] += received
                if received and not _is_whole(state[1]):
                    continue
                if not received or not state[1].startswith(b"HTTP/1.1 2"):
                    raise RuntimeError(state[1][:2000].decode(errors="replace") or "the server closed a connection")
                state[:] = state[0] - 1, b""
                if state[0]:
                    connection.sendall(request)
                else:
                    selector.unregister(connection)


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return answer.endswith(b"\r\n0\r\n\r\n")  # chunked
