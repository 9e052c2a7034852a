"""Entity tags (RFC 9110, 8.8.3): what a detail answers has a name, and a change can be made of that answer only.

The tag is a hash of the answer, not a version of the row: an order also shows its items and its customer's e-mail.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from apps.rows import RowsMixin, read_one

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
TAG = r'(?:W/)?"[!#-~]*"'
PATTERN = rf"^(?:\*|{TAG}(?:[ \t]*,[ \t]*{TAG})*)$"


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "It has changed since it was read; read it again."


# For views of rows, each named by `pk`. All that they answer but lists is the row as its detail shows it, and has that
# one's tag. (A docstring would be each of their views' description in the schema.)
class ETagMixin(RowsMixin):
    known: list[str] = []

    def lock_row(self, pk: int) -> None:
        """Let nobody else change the row, or what belongs to it, until the transaction ends. Raises DoesNotExist."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.detail or request.method not in self.allowed_methods:  # a 405, which needs no row
            return
        if request.method in ("GET", "HEAD"):
            self.known = _tags(request, IF_NONE_MATCH)
            return
        wanted = _tags(request, IF_MATCH)
        if wanted and wanted != ["*"]:
            self.lock_row(kwargs["pk"])
            row = read_one(self.get_serializer_class(), self.get_selector(), kwargs["pk"])
            answer: Any = request.accepted_renderer.render(row)
            if _tag(answer) not in wanted:
                raise PreconditionFailed

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.action != "list" and response.status_code < 300 and response.data is not None:
            response.add_post_render_callback(self._name)
        return response

    def _name(self, response: Response) -> None:
        response["ETag"] = tag = _tag(response.content)
        # Weak: who compresses an answer on its way makes its tag so.
        if self.known == ["*"] or tag in [each.removeprefix("W/") for each in self.known]:
            response.status_code, response.content = 304, b""
            del response["Content-Type"]


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'


def _tags(request: Request, name: str) -> list[str]:
    given = request.headers.get(name)
    if given is None:
        return []
    if not re.fullmatch(PATTERN, given):
        raise exceptions.ParseError(f'{name} is * or entity tags in quotes, as in ETag: "a", "b".')
    return re.findall(TAG, given) or ["*"]
