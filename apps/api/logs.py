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

from apps.api.masking import masked
from apps.api.request import ApiRequest

# Of the request that the running code answers; "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

requests = logging.getLogger("requests")
CLIENT_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)


def choose_request_id(given: str) -> str:
    """The id that a client gave its request, if that is harmless, or a new one."""
    return given if CLIENT_ID.fullmatch(given) else uuid.uuid4().hex


def log_request(request: ApiRequest, *, status: int, seconds: float, statements: int) -> None:
    """Write the one log line of a request, once it has been answered."""
    log_line(
        request.failure,
        tenant=request.tenant and request.tenant.slug,
        method=request.method,
        route=f"/{request.resolver_match.route}" if request.resolver_match else None,
        status=status,
        ms=round(seconds * 1000, 1),
        statements=statements,
    )


def log_line(error: BaseException | None = None, *, status: int, **fields: Any) -> None:
    """Write a log line of a request: the name of the exception if it failed, its traceback from status 500 up."""
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
        request: Any = getattr(record, "request", None)
        if not isinstance(request, HttpRequest):
            return record.msg != '"%s" %s %s'  # the development server's own line, which has the query
        if not hasattr(request, "failure"):
            return True  # It has not reached Envelope, so it has no line of its own.
        if record.exc_info:
            request.failure = record.exc_info[1]
        return False


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
