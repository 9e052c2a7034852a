import logging
from copy import copy
from typing import Any

from django.db import connection
from django.http import HttpRequest
from silk.collector import DataCollector
from silk.middleware import SilkyMiddleware

from apps.api.masking import masked

log = logging.getLogger(__name__)


def _masked_params(value: Any) -> Any:
    """The parameters of a statement, texts or lists of them, without the secret of any API key."""
    if isinstance(value, (list, tuple)):
        return [_masked_params(part) for part in value]
    return masked(value) if isinstance(value, str) else value


def _store_masked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    return execute(sql, _masked_params(params), many, context)


class Profiler(SilkyMiddleware):
    """Silk, but it stores no API key, wherever the client put it: in a header, a parameter, the body.

    A request that it cannot record (a NUL, a senseless Content-Length) is answered all the same.
    """

    def process_request(self, request: HttpRequest) -> None:
        try:
            with connection.execute_wrapper(_store_masked):
                super().process_request(request)
        except Exception as error:  # Silk's errors must not fail the request.
            DataCollector().clear()
            request.silk_is_intercepted = False  # type: ignore[attr-defined]
            log.warning("Silk could not record %r: %r", request.path_info, error)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        try:
            with connection.execute_wrapper(_store_masked):
                super().process_response(request, _recorded(response))
        except Exception as error:
            log.warning("Silk could not record %r: %r", request.path_info, error)
        return response


def _recorded(response: Any) -> Any:
    """A copy for Silk, which stores the body in base64, where nobody could find a key any more."""
    recorded = copy(response)
    if not response.streaming:
        recorded.content = masked(response.content.decode(errors="replace"))
    return recorded
