"""Bodies of requests, received whole before a thread is given to them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

Receive = Callable[[], Coroutine[Any, Any, Any]]

SECONDS = 20  # in which a client has to send a whole body
LINGER = 4  # times the limit: what is read of a body that is too large


class BodyTooLarge(Exception):
    """The body is larger than allowed."""


class BodyTooSlow(Exception):
    """The client did not send the whole body in time."""


class BodyBroken(Exception):
    """The connection, or the body's framing, broke before the body's end."""


def has_body(environ: dict[str, Any]) -> bool:
    """Whether a request may have a body. HTTP/2 needs no header to announce one."""
    if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
        return True
    return environ["SERVER_PROTOCOL"] == "HTTP/2" and environ["REQUEST_METHOD"] not in ("GET", "HEAD")


async def receive_body(receive: Receive, limit: int, declared: int | None) -> bytes:
    """Return the body that an ASGI server receives, at most `limit` bytes.

    `declared` is its Content-Length, None without one. Raises BodyTooLarge, BodyTooSlow, BodyBroken.
    """
    try:
        if sys.version_info >= (3, 11):  # without the task that wait_for makes
            async with asyncio.timeout(SECONDS):
                return await _receive(receive, limit, declared)
        return await asyncio.wait_for(_receive(receive, limit, declared), SECONDS)
    except asyncio.TimeoutError:
        raise BodyTooSlow from None


async def _receive(receive: Receive, limit: int, declared: int | None) -> bytes:
    parts, size, is_whole = [], 0, declared == 0
    # A client that still sends when the connection is closed may never see the answer: a bit more is read and dropped.
    while not is_whole and size <= LINGER * limit:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise BodyBroken
        part = event.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
        is_whole = size == declared or not event.get("more_body")
    if size > limit:
        raise BodyTooLarge
    return b"".join(parts)
