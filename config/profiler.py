from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest
from silk.collector import DataCollector
from silk.middleware import SilkyMiddleware

log = logging.getLogger(__name__)


class Profiler(SilkyMiddleware):
    """Silk, but a request that it cannot record (a NUL, a senseless Content-Length) is answered all the same."""

    def process_request(self, request: HttpRequest) -> None:
        try:
            super().process_request(request)
        except Exception as error:  # whatever it is, it is not the request's fault
            DataCollector().clear()
            request.silk_is_intercepted = False  # type: ignore[attr-defined]
            log.warning("Silk could not record %r: %r", request.path_info, error)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        try:
            return super().process_response(request, response)
        except Exception as error:
            log.warning("Silk could not record %r: %r", request.path_info, error)
            return response
