"""One log line per request, and one per event outside a request: JSON in production, plain text in development.

A line contains the route as a pattern, but no query, body or header. Only the first line of an exception's message is
logged, because the lines that databases and libraries add may contain a row.
"""

import json
import logging
import re
import traceback
import uuid
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps import metrics
from apps.api.masking import mask_api_keys
from apps.api.request import ApiRequest

# The id of the current request; "" outside a request.
request_id: ContextVar[str] = ContextVar("request_id", default="")

requests = logging.getLogger("requests")
CLIENT_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
# Methods that are logged as they are. The method is a dimension of metrics, and a client may send any word as one.
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def choose_request_id(sent: str) -> str:
    """Return the client's request id if it is safe to log, otherwise a new one."""
    return sent if CLIENT_ID.fullmatch(sent) else uuid.uuid4().hex


def log_request(request: ApiRequest, *, status: int, seconds: float, statements: int) -> None:
    """Write a request's only log line, after its response is complete."""
    log_line(
        request.failure,
        tenant=request.tenant and request.tenant.slug,
        method=request.method,
        route=f"/{request.resolver_match.route}" if request.resolver_match else None,
        status=status,
        ms=round(seconds * 1000, 1),
        statements=statements,
    )


def log_line(error: BaseException | None = None, *, method: str | None, status: int, **fields: Any) -> None:
    """Write a log line of a request: the name of the exception if it failed, its traceback from status 500 up."""
    fields |= {"method": method if method in METHODS else "other", "status": status}
    if error is not None:
        fields["error"] = type(error).__name__
    requests.log(
        logging.ERROR if status >= 500 else logging.INFO,
        "request",
        exc_info=error if status >= 500 else None,
        extra={"fields": fields, "metrics": metrics.of_request(status=status)},
    )


class OneLineEach(logging.Filter):
    """Drop other log records of a request; their exception is part of the request's own line."""

    def filter(self, record: logging.LogRecord) -> bool:
        request: Any = getattr(record, "request", None)
        if not isinstance(request, HttpRequest):
            return record.msg != '"%s" %s %s'  # the development server's own line, which contains the query
        if not hasattr(request, "failure"):
            return True  # The request failed before Envelope, so it has no log line of its own.
        if record.exc_info:
            request.failure = record.exc_info[1]
        return False


class JSONFormatter(logging.Formatter):
    """Format a record as one JSON object on one line; with settings.METRICS_NAMESPACE it is also a metric record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
        }
        if settings.METRICS_NAMESPACE and (values := getattr(record, "metrics", None)):
            line |= values
            line |= metrics.embedded(line, record.created)
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = render_traceback(record.exc_info[1])
        return mask_api_keys(json.dumps(line, default=str))


class HumanFormatter(logging.Formatter):
    """Format a record as readable text."""

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
            line += "\n" + render_traceback(record.exc_info[1])
        return mask_api_keys(line)


def render_traceback(error: BaseException) -> str:
    """Return the tracebacks of `error` and its causes, each with the first line of its message."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first_line = str(error).partition("\n")[0]
    return (
        (f"{render_traceback(earlier)}\n" if earlier else "")
        + "Traceback (most recent call last):\n"
        + "".join(traceback.format_tb(error.__traceback__))
        + f"{type(error).__qualname__}: {first_line}\n"
    )
