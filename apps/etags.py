"""Entity tags and the preconditions that name them (RFC 9110, sections 8.8.3 and 13).

Every detail has an ETag, and a change can be made conditional on it. The tag is a hash of the representation, not a
version of the row: an order also shows its items and its customer's e-mail. A list or report exists but has no tag, so
`*` matches it and a tag never does.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from apps.rows import RowsMixin, read_one

if TYPE_CHECKING:
    from rest_framework.views import APIView as _APIView
else:
    _APIView = object  # DRF's would import the schema, by way of the settings, and that imports this module.

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
# A list may have empty elements, or none (5.6.1.2). Each space matches in one place, so there is no backtracking.
PATTERN = rf"^(?:\*|[ \t]*(?:{TAG}[ \t]*)?(?:,[ \t]*(?:{TAG}[ \t]*)?)*)$"
READS = ("GET", "HEAD")


class PreconditionFailed(exceptions.APIException):
    """The condition of the header field `name` is false."""

    status_code = 412
    reasons = {
        IF_MATCH: "It has changed since it was read, or has no entity tag; read it again.",
        IF_NONE_MATCH: "It exists, or has not changed since it was read: If-None-Match names it.",
    }

    def __init__(self, name: str) -> None:
        super().__init__(self.reasons[name])


# For views of what has no tag: lists and reports. The conditions of a change are evaluated before it is made, those of
# a read on its response, which costs no query. (A docstring would be each view's description in the schema.)
class ConditionalMixin(_APIView):
    if_match: list[str] | None = None
    if_none_match: list[str] | None = None

    def lock_tag(self, request: Request, **kwargs: Any) -> str | None:
        """Return the tag that the resource has now, and keep it until the transaction ends; None without one."""
        return None

    def set_tag(self, response: Response) -> str | None:
        """Return the tag of a successful response, after setting its ETag field; None without one."""
        return None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        headers = request.headers
        self.if_match, self.if_none_match = _tags(headers, IF_MATCH), _tags(headers, IF_NONE_MATCH)
        if request.method in READS or self.if_match is self.if_none_match is None:
            return
        if name := self._false_condition(self.lock_tag(request, **kwargs)):
            raise PreconditionFailed(name)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 300:
            return response
        tag = self.set_tag(response)
        name = request.method in READS and self._false_condition(tag)
        if name == IF_NONE_MATCH:
            response.status_code, response.content = 304, b""
            del response["Content-Type"]
        elif name:
            refusal = self.handle_exception(PreconditionFailed(name))
            response = super().finalize_response(request, refusal, *args, **kwargs)
        return response

    def _false_condition(self, tag: str | None) -> str | None:
        """Return the first header field whose condition is false (13.2.2), or None; `tag` is the resource's."""
        # Strong comparison: no resource has a weak tag.
        if self.if_match is not None and self.if_match != ["*"] and tag not in self.if_match:
            return IF_MATCH
        # Weak comparison: a proxy that compresses an answer makes its tag weak.
        known = self.if_none_match
        if known and (known == ["*"] or tag in [each.removeprefix("W/") for each in known]):
            return IF_NONE_MATCH
        return None


# For views of rows, each named by `pk`. All that they answer but lists is the row as its detail shows it, and has that
# one's tag.
class ETagMixin(ConditionalMixin, RowsMixin):
    def lock_row(self, pk: int) -> None:
        """Let nobody else change the row, or what belongs to it, until the transaction ends. Raises DoesNotExist."""
        raise NotImplementedError

    def lock_tag(self, request: Request, **kwargs: Any) -> str | None:
        if not self.detail:
            return None
        self.lock_row(kwargs["pk"])
        row = read_one(self.get_serializer_class(), self.get_selector(), kwargs["pk"])
        answer: Any = request.accepted_renderer.render(row)
        return _tag(answer)

    def set_tag(self, response: Response) -> str | None:
        if self.action == "list" or response.data is None:
            return None
        response["ETag"] = tag = _tag(response.render().content)
        return tag


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'


def _tags(headers: Any, name: str) -> list[str] | None:
    """Return the tags in a header field, or ["*"]; None without the field. Raises ParseError.

    Django's parse_etags drops what is no tag; If-None-Match would then hold because of a typing error.
    """
    given = headers.get(name)
    if given is None:
        return None
    if not re.fullmatch(PATTERN, given):
        raise exceptions.ParseError(f'{name} is * or entity tags in quotes, as in ETag: "a", "b".')
    return ["*"] if given == "*" else re.findall(TAG, given)
