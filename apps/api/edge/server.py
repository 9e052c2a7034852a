"""The production server: an event loop that waits for clients, in front of the WSGI application on a few threads.

A request gets a thread, in the lane of its tenant (`lanes`), only when its key is verified and its body is complete. So
clients that send slowly or not at all cost a coroutine each, and an expensive tenant delays only its own requests.
"""

import json
import os
import time
from collections.abc import Callable, Hashable
from functools import partial
from io import BytesIO
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.db import close_old_connections

from apps.api.edge.bodies import Refusal, has_body, receive_body
from apps.api.edge.environ import CALLER, client_address, wsgi_environ
from apps.api.edge.lanes import Busy, Gone, Lanes
from apps.api.logs import choose_request_id, log_line, request_id
from apps.api.middleware.cors import cors_fields
from apps.api.problems import CONTENT_TYPE, problem_members
from apps.tenancy import keys

THREADS, SHARE = 3, 2  # for all tenants, and at most for one of them, so that others always find a free thread
ROOM = 100  # requests of one tenant that may be present at once
PAGE_BODY = 64 * 1024  # bytes of a form: anyone may send one, and ROOM of them are in memory at once
PATIENCE = 2.5  # seconds for which a request may wait for its turn; less than the database's lock_timeout
FILE_PART = 64 * 1024  # bytes of a file that are in memory at once
FRESH = 1.0  # seconds; a key verified longer ago, by a slow client or in a long lane, is looked up again


class Response(NamedTuple):
    """A response. A file is sent as it is read, so that it is never in memory as a whole; anything else is bytes."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    file: IO[bytes] | None = None


class Server:
    """The ASGI application around a WSGI `application`. There is one per process."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application
        self._tenants = Lanes(threads=THREADS, share=SHARE, room=ROOM, patience=PATIENCE)
        # Pages, key look-ups and refusals share a thread. /healthz has one of its own, so it waits for none of these.
        self._strangers = Lanes(threads=1, share=1, room=10 * ROOM, patience=PATIENCE)
        self._probes = Lanes(threads=1, share=1, room=ROOM, patience=PATIENCE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        started = time.perf_counter()
        environ = wsgi_environ(scope)
        try:
            response = await self._respond(environ, receive)
        except Gone:
            return
        except Refusal as refusal:
            response = _problem(environ, refusal, started)
        except Busy:
            busy = Refusal(503, "Too many requests are waiting; try again.", **{"Retry-After": "1"})
            response = _problem(environ, busy, started)
        except Exception as error:
            failed = Refusal(500, "The server failed. Its log has the reason under this request id.")
            response = _problem(environ, failed, started, error)
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        if response.file:
            await _send_file(response.file, send)
        await send({"type": "http.response.body", "body": response.body, "more_body": False})

    async def _respond(self, environ: dict[str, Any], receive: Any) -> Response:
        path: str = environ["PATH_INFO"]
        if path == "/healthz":
            return await self._run(self._probes, "liveness", environ, receive)
        if not path.startswith("/api/"):
            return await self._run(self._strangers, "pages", environ, receive)
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        caller = keys.remembered(authorization)
        if caller is None:
            # Requests with unknown keys have a lane of their own; look-ups of known keys take turns with it.
            with self._strangers.enter("keys" if keys.was_good(authorization) else "strangers") as lane:
                caller = await self._strangers.run(lane, partial(self._identify, environ, authorization))
            if isinstance(caller, Response):
                return caller
        environ[CALLER] = caller
        return await self._run(self._tenants, caller.tenant.pk, environ, receive)

    async def _run(self, lanes: Lanes, key: Hashable, environ: dict[str, Any], receive: Any) -> Response:
        started = time.monotonic()
        with lanes.enter(key) as lane:
            if has_body(environ):
                limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if lanes is self._tenants else PAGE_BODY
                body = await receive_body(receive, environ, limit)
                environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            return await lanes.run(lane, partial(self._call, environ, started), partial(_disconnect, receive))

    def _identify(self, environ: dict[str, Any], authorization: str) -> keys.Caller | Response:
        """Return the key's caller, or the application's response that refuses the key, without reading a body."""
        close_old_connections()  # as Django does before each request
        try:
            return keys.identify(authorization, client_address(environ))
        except Exception as error:  # The database's errors too: without a caller the application must refuse.
            environ[CALLER] = error
            return self._call(environ, time.monotonic())

    def _call(self, environ: dict[str, Any], known_at: float) -> Response:
        """Return the WSGI application's response. Runs on a thread."""
        if time.monotonic() - known_at > FRESH and isinstance(environ.get(CALLER), keys.Caller):
            del environ[CALLER]
        head: list[Any] = []
        parts = self._application(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
        status, fields = head
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        stored = getattr(parts, "file_to_stream", None)
        try:
            if isinstance(stored, File):  # of a storage; closing the response closes it, but not its duplicate
                return Response(int(status[:3]), headers, b"", os.fdopen(os.dup(stored.fileno()), "rb"))
            return Response(int(status[:3]), headers, b"".join(parts))
        finally:
            parts.close()


async def _send_file(file: IO[bytes], send: Any) -> None:
    """Send a file of a local disk in parts, each when the client has taken the one before, and close it."""
    with file:
        while part := file.read(FILE_PART):
            await send({"type": "http.response.body", "body": part, "more_body": True})


async def _disconnect(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _problem(environ: dict[str, Any], refusal: Refusal, started: float, error: BaseException | None = None) -> Response:
    chosen = choose_request_id(environ.get("HTTP_X_REQUEST_ID", ""))
    token = request_id.set(chosen)
    try:
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        fields = {"tenant": None, "route": None, "ms": milliseconds, "statements": 0}
        log_line(error, method=environ["REQUEST_METHOD"], status=refusal.status, **fields)
    finally:
        request_id.reset(token)
    headers = {"Content-Type": CONTENT_TYPE, "X-Request-ID": chosen, **refusal.headers, **cors_fields(environ)}
    body = json.dumps(problem_members(refusal.status, str(refusal), chosen)).encode()
    return Response(refusal.status, [(name.encode(), value.encode()) for name, value in headers.items()], body)
