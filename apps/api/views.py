"""The base view: conditional requests."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.etags import IF_NONE_MATCH, PreconditionFailed, Preconditions, read_preconditions
from apps.api.versions import deprecation_of
from apps.errors import Conflict

READS = ("GET", "HEAD")


class ConditionalView(APIView):
    """Evaluate If-Match and If-None-Match.

    Lists and reports use this class directly, as they have no ETag; details override `lock_tag` and `set_tag`. The
    preconditions of a change are evaluated before it is made; those of a read on its response, which costs no query.
    """

    preconditions = Preconditions()
    # What the services refuse with, by action (of a plain view: by method), for the schema.
    conflicts: Mapping[str, Sequence[type[Conflict]]] = {}

    def lock_tag(self, request: Request, **kwargs: Any) -> str | None:
        """Lock the resource until the transaction ends and return its current ETag, or None if it has none."""
        return None

    def set_tag(self, response: Response) -> str | None:
        """Set the ETag header of a successful response and return the tag, or None if it has none."""
        return None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.preconditions = read_preconditions(request.headers)
        if request.method in READS or self.preconditions == Preconditions():
            return
        if name := self.preconditions.false_field(self.lock_tag(request, **kwargs)):
            raise PreconditionFailed(name)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = self._conditional(request, response, *args, **kwargs)
        if deprecation := deprecation_of(self, str(request.method)):
            for name, value in deprecation.headers.items():
                response[name] = value
        return response

    def _conditional(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 300:
            return response
        tag = self.set_tag(response)
        name = request.method in READS and self.preconditions.false_field(tag)
        if name == IF_NONE_MATCH:
            response.status_code, response.content = 304, b""
            del response["Content-Type"]
        elif name:
            refusal = self.handle_exception(PreconditionFailed(name))
            response = super().finalize_response(request, refusal, *args, **kwargs)
        return response
