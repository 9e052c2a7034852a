"""Receive the whole body of a request before a thread is used for it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

Receive = Callable[[], Coroutine[Any, Any, Any]]

SECONDS = 20  # for a client to send the whole body
LINGER = 4  # A body that is too large is read up to this multiple of the limit.


class Refusal(Exception):
    """A refusal that the server sends without using a thread. The message is meant for the client."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.headers = status, headers


def has_body(environ: dict[str, Any]) -> bool:
    """Whether a request may have a body. In HTTP/2 no header has to announce one."""
    if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
        return True
    return environ["SERVER_PROTOCOL"] == "HTTP/2" and environ["REQUEST_METHOD"] not in ("GET", "HEAD")


async def receive_body(receive: Receive, environ: dict[str, Any], limit: int) -> bytes:
    """Return the request's body. Raises Refusal if it exceeds `limit` bytes, is too slow or is incomplete."""
    length = environ.get("CONTENT_LENGTH", "")
    declared = int(length) if length.isdecimal() else None
    if "HTTP_EXPECT" in environ and declared is not None and declared > limit:
        raise _too_large(limit)  # The client waits for a go-ahead before it sends the body (RFC 9110, 10.1.1).
    try:
        if sys.version_info >= (3, 11):  # cheaper than wait_for, which creates a task
            async with asyncio.timeout(SECONDS):
                return await _receive(receive, limit, declared)
        return await asyncio.wait_for(_receive(receive, limit, declared), SECONDS)
    except asyncio.TimeoutError:
        raise Refusal(408, "The body was not complete in time.") from None


async def _receive(receive: Receive, limit: int, declared: int | None) -> bytes:
    parts, size, is_whole = [], 0, declared == 0
    # Read and discard some of a body that is too large: if the connection closes while the client still sends, it may
    # never see the response.
    while not is_whole and size <= LINGER * limit:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refusal(400, "The body could not be read to its end.")
        part = event.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
        is_whole = size == declared or not event.get("more_body")
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"The body is larger than {limit} bytes.")
