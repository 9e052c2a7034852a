from typing import Any

import orjson
from rest_framework import negotiation, renderers
from rest_framework.request import Request


class JSONRenderer(renderers.JSONRenderer):
    """Render JSON with orjson; times end in `Z`, as in DRF."""

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z)


class JSONNegotiation(negotiation.DefaultContentNegotiation):
    """Accept clients that ask for problem documents alone: generated ones do, where a success has no body."""

    def get_accept_list(self, request: Request) -> list[str]:
        # Media types are case-insensitive (RFC 9110, 8.3.1), which DRF's comparison is not.
        ranges = (accepted.partition(";") for accepted in super().get_accept_list(request))
        return [
            media_type.lower().replace("application/problem+json", "application/json") + separator + parameters
            for media_type, separator, parameters in ranges
        ]
