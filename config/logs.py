"""One line of log per request, and one per event outside of them: JSON in production, readable in development.

A line says which address was asked, not what was asked or sent: routes are patterns, and no query, body or header is
in it. An exception is told without what the database or a library adds below its first line, which may be a row.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
import uuid
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any

from django.http import HttpRequest

from config.masking import masked

# Of the request that the running code answers; "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

requests = logging.getLogger("requests")
CLIENT_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)


def choose_request_id(given: str) -> str:
    """The id that a client gave its request, if that is harmless, or a new one."""
    return given if CLIENT_ID.fullmatch(given) else uuid.uuid4().hex


def log_request(request: Any, *, status: int, seconds: float, statements: int) -> None:
    """Write the line of a request that was answered. Its failure, if it had one, is told; in full from 500 on."""
    error, request.is_logged = request.failure, True
    log_line(
        error,
        tenant=request.tenant,
        method=request.method,
        route=f"/{request.resolver_match.route}" if request.resolver_match else None,
        status=status,
        ms=round(seconds * 1000, 1),
        statements=statements,
    )


def log_line(error: BaseException | None = None, *, status: int, **fields: Any) -> None:
    """Write the line of a request: the name of its `error`, and from status 500 up its traceback."""
    fields["status"] = status
    if error is not None:
        fields["error"] = type(error).__name__
    requests.log(
        logging.ERROR if status >= 500 else logging.INFO,
        "request",
        exc_info=error if status >= 500 else None,
        extra={"fields": fields},
    )


class OneLineEach(logging.Filter):
    """Leaves out what others say of a request besides its own line; what failed goes into that."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and record.exc_info:
            request.failure = record.exc_info[1]  # type: ignore[attr-defined]  # set by the Envelope middleware
        # The development server's own line has the query.
        told = isinstance(request, HttpRequest) and (request_id.get() or getattr(request, "is_logged", False))
        return not (told or record.msg == '"%s" %s %s')


class JSONFormatter(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = told(record.exc_info[1])
        return masked(json.dumps(line, default=str))


class HumanFormatter(logging.Formatter):
    """The same for a developer's eyes."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        line = f"[{datetime.fromtimestamp(record.created):%H:%M:%S}] "
        if fields:
            shown = {name: "-" if value is None else value for name, value in fields.items()}
            line += "{method} {route} {status}  {ms} ms, {statements} statements  {tenant}  ".format_map(shown)
            line += request_id.get()
        else:
            line += f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1]:
            line += "\n" + told(record.exc_info[1])
        return masked(line)


def told(error: BaseException) -> str:
    """The traceback of `error` and of what caused it, with the first line of each one's message."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first_line = str(error).partition("\n")[0]
    return (
        (f"{told(earlier)}\n" if earlier else "")
        + "Traceback (most recent call last):\n"
        + "".join(traceback.format_tb(error.__traceback__))
        + f"{type(error).__qualname__}: {first_line}\n"
    )
