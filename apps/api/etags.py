"""Entity tags and the preconditions that name them (RFC 9110, sections 8.8.3 and 13).

A tag is a hash of the representation, not a version of the row: an order also shows its items and its customer's
e-mail.
"""

import hashlib
import re
from typing import Any, NamedTuple

from django.utils.http import parse_etags
from rest_framework import exceptions

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
# A list may have empty elements, or none (5.6.1.2). Each space matches in one place, so there is no backtracking.
PATTERN = rf"^(?:\*|[ \t]*(?:{TAG}[ \t]*)?(?:,[ \t]*(?:{TAG}[ \t]*)?)*)$"


class PreconditionFailed(exceptions.APIException):
    """The precondition in the header field `name` is false."""

    status_code = 412
    reasons = {
        IF_MATCH: "It has changed since it was read, or has no entity tag; read it again.",
        IF_NONE_MATCH: "It exists, or has not changed since it was read: If-None-Match names it.",
    }

    def __init__(self, name: str) -> None:
        super().__init__(self.reasons[name])


class Preconditions(NamedTuple):
    """The tags listed by a request's If-Match and If-None-Match: ["*"] matches any; None if the field is absent."""

    if_match: list[str] | None = None
    if_none_match: list[str] | None = None

    def false_field(self, tag: str | None) -> str | None:
        """Return the first header field whose condition is false (13.2.2), or None.

        `tag` is the resource's current ETag, or None if it has none. `*` matches any existing resource; a listed tag
        never matches a resource without an ETag.
        """
        # Strong comparison: no resource has a weak tag.
        if self.if_match is not None and self.if_match != ["*"] and tag not in self.if_match:
            return IF_MATCH
        # Weak comparison: a proxy that compresses a response makes its tag weak.
        known = self.if_none_match
        if known and (known == ["*"] or tag in [listed.removeprefix("W/") for listed in known]):
            return IF_NONE_MATCH
        return None


def read_preconditions(headers: Any) -> Preconditions:
    """Return the preconditions of a request. Raises ParseError for a malformed one.

    Django's parse_etags ignores a malformed tag, so an If-None-Match with a typing error would be true.
    """

    def read(name: str) -> list[str] | None:
        if name not in headers:
            return None
        if not re.fullmatch(PATTERN, headers[name]):
            raise exceptions.ParseError(f'{name} is * or entity tags in quotes, as in ETag: "a", "b".')
        return parse_etags(headers[name])

    return Preconditions(read(IF_MATCH), read(IF_NONE_MATCH))


def etag_of(content: bytes) -> str:
    """Return the entity tag of a representation."""
    return f'"{hashlib.sha256(content).hexdigest()}"'
