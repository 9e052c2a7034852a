import logging
from copy import copy
from typing import Any

from django.db import connection
from django.http import HttpRequest
from silk.collector import DataCollector
from silk.middleware import SilkyMiddleware

from apps.api.masking import mask_api_keys

log = logging.getLogger(__name__)


def _masked_params(value: Any) -> Any:
    """Return a statement's parameters, strings or lists of them, with the secrets of API keys masked."""
    if isinstance(value, (list, tuple)):
        return [_masked_params(part) for part in value]
    return mask_api_keys(value) if isinstance(value, str) else value


def _store_masked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    return execute(sql, _masked_params(params), many, context)


class Profiler(SilkyMiddleware):
    """Silk's middleware, which here stores no API key, whether a client sent it in a header, a parameter or the body.

    A request that Silk cannot record (with a NUL or an invalid Content-Length) is answered all the same.
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
    """Return a masked copy of the response for Silk, which stores the body in base64, where no key could be found."""
    recorded = copy(response)
    if not response.streaming:
        recorded.content = mask_api_keys(response.content.decode(errors="replace"))
    return recorded
