"""The types of problems: what each means, what a client does about it, and which members it has of its own.

`problems` writes them; the schema and the documentation describe them from here. A refusal of a service is a type of
its own, which its class describes (`apps.errors.Conflict`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from apps.errors import Conflict

# The documentation page of a type, which is its URI (RFC 9457, section 3.1.1), relative to the service.
PAGES = "/docs/problems/"


class ProblemType(NamedTuple):
    """A kind of problem; `detail` is an example, `members` are JSON schemas of what it adds to RFC 9457's members."""

    slug: str
    status: int
    meaning: str
    remedy: str
    detail: str
    members: Mapping[str, Any] = {}

    @property
    def uri(self) -> str:
        """The value of the member `type`."""
        return PAGES + self.slug

    @property
    def title(self) -> str:
        """The value of the member `title`."""
        return title_of(self.slug)

    @property
    def example(self) -> dict[str, Any]:
        """A problem document of this type."""
        return {
            "type": self.uri,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "request_id": "5f2b6e0c9d6c4a70a3f1e7d0b8c94e21",
            **{name: schema["example"] for name, schema in self.members.items()},
        }


def title_of(slug: str) -> str:
    """Return the title of the type with that slug."""
    return slug.replace("-", " ").capitalize()


_ERRORS = {
    "errors": {
        "type": "array",
        "description": "One entry per field or parameter that was refused.",
        "items": {
            "type": "object",
            "required": ["code", "detail"],
            "properties": {
                "pointer": {
                    "type": "string",
                    "description": "The field: a JSON Pointer into the body (RFC 6901), as a URI fragment.",
                },
                "parameter": {"type": "string", "description": "The query parameter."},
                "code": {"type": "string", "description": "What is wrong, for programs."},
                "detail": {"type": "string", "description": "What is wrong, for people."},
            },
        },
        "example": [{"pointer": "#/items/0/quantity", "code": "min_value", "detail": "At least 1."}],
    }
}
_REFERRING = {
    "referring": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The kinds of resources that refer to this one.",
        "example": ["order"],
    }
}
_SAME_AGAIN = "Wait for the number of seconds in `Retry-After`, then repeat the request"
GENERAL = [
    ProblemType(
        "bad-request", 400, "The request cannot be read, or a header has no valid value.",
        "Correct the request; `detail` says what is wrong.", "JSON parse error at line 1, column 2.",
    ),
    ProblemType(
        "invalid-request", 400, "A field or parameter is unknown or has no valid value.",
        "Correct what `errors` lists.", "The request is not valid; see errors.", _ERRORS,
    ),
    ProblemType(
        "unauthorized", 401, "The API key is missing, unknown, revoked or expired.",
        "Send a valid key: `Authorization: Bearer rl_…`.", "The API key is unknown, revoked or expired.",
    ),
    ProblemType(
        "https-required", 403, "The request was sent in clear text.",
        "Use https. Revoke the key, which others may have read.", "Use https. This request was sent in clear text.",
    ),
    ProblemType(
        "read-only-key", 403, "The API key has the scope `read`, so it cannot make changes.",
        "Use a key with the scope `write`.", "The API key may read only.",
    ),
    ProblemType(
        "key-required", 403, "The request comes from a page of another origin and has no API key.",
        "Send an API key.", "A request from another origin needs an API key.",
    ),
    ProblemType(
        "not-found", 404, "The resource does not exist, or it belongs to another tenant.",
        "Correct the address. If only the slash at its end is missing, `detail` says so.", "No such order.",
    ),
    ProblemType(
        "method-not-allowed", 405, "The resource does not have this method.",
        "Use one of the methods in `Allow`.", 'Method "PUT" not allowed.',
    ),
    ProblemType(
        "not-acceptable", 406, "The service responds with JSON only, and the header `Accept` excludes it.",
        "Accept `application/json`.", "Could not satisfy the request Accept header.",
    ),
    ProblemType(
        "request-timeout", 408, "The body did not arrive within 20 seconds.",
        "Repeat the request.", "The body was not complete in time.",
    ),
    ProblemType(
        "concurrent-change", 409, "Another request has changed data that this one depends on.",
        "Read the resource again, and repeat the request if it still makes sense.",
        "Another request has changed data that this one depends on; try again.",
    ),
    ProblemType(
        "idempotency-key-in-use", 409, "An earlier request with this `Idempotency-Key` is still running.",
        f"{_SAME_AGAIN}, with the same key.", "A request with this Idempotency-Key is still running; try again.",
    ),
    ProblemType(
        "still-referred-to", 409, "Other resources refer to this one, so it cannot be deleted.",
        "Delete those resources first.", "It cannot be deleted while other rows refer to it: order.", _REFERRING,
    ),
    ProblemType(
        "precondition-failed", 412, "The condition in `If-Match` or `If-None-Match` is false; nothing was changed.",
        "Read the resource again, and repeat the change with the new `ETag`.", "The condition in If-Match is false.",
    ),
    ProblemType(
        "body-too-large", 413, "The body is larger than the service accepts.",
        "Send less; `GET /api/v1/tenant/` shows the limit.", "The body is larger than 1048576 bytes.",
    ),
    ProblemType(
        "address-too-long", 414, "Path and query together are longer than 8 KiB.",
        "Send fewer or shorter parameters.", "The address is longer than 8192 bytes.",
    ),
    ProblemType(
        "unsupported-media-type", 415, "The body is not JSON.",
        "Send `Content-Type: application/json`.", 'Unsupported media type "text/plain" in request.',
    ),
    ProblemType(
        "idempotency-key-reused", 422, "The `Idempotency-Key` was used for a different request.",
        "Use a new key for each change.", "This Idempotency-Key belongs to another request.",
    ),
    ProblemType(
        "too-many-requests", 429, "The tenant has reached its limit of requests for this minute.",
        f"{_SAME_AGAIN}.", "More than 6000 requests in a minute; try again in 21 seconds.",
    ),
    ProblemType(
        "too-many-unknown-keys", 429, "Too many unknown API keys were sent from this address.",
        f"{_SAME_AGAIN}, with a valid key.",
        "Too many unknown keys were sent from your address; try again in 21 seconds.",
    ),
    ProblemType(
        "headers-too-large", 431, "The headers are larger than 16 KiB.",
        "Send fewer or shorter headers.", "The headers are larger than 16384 bytes.",
    ),
    ProblemType(
        "server-error", 500, "The service has a bug.",
        "Report the `request_id`. If you sent an `Idempotency-Key`, repeat the request with it.",
        "The server failed. Its log has the reason under this request id.",
    ),
    ProblemType(
        "unavailable", 503, "The service or its database cannot serve the request at present.",
        f"{_SAME_AGAIN}. A change with an `Idempotency-Key` is not made twice.", "The database is not available.",
    ),
]  # fmt: skip
# The default type of each status: its first entry above. 403 and 409 have none, so they need an explicit `kind`.
BY_STATUS = {kind.status: kind.slug for kind in reversed(GENERAL) if kind.status not in (403, 409)}


def conflict_type(refusal: type[Conflict]) -> ProblemType:
    """Return the type of the problem that a service's refusal becomes."""
    meaning = (refusal.__doc__ or "").strip().partition("\n")[0]
    return ProblemType(refusal.slug(), 409, meaning, refusal.remedy, refusal.example, refusal.fields)


def problem_types() -> dict[str, ProblemType]:
    """Return every type of problem of the installed apps by its slug."""
    kinds = [*GENERAL, *(conflict_type(refusal) for refusal in refusals(Conflict))]
    return {kind.slug: kind for kind in kinds}


def refusals(cls: type[Conflict]) -> Iterator[type[Conflict]]:
    """Yield all imported subclasses, recursively. Mounted views import theirs."""
    for subclass in cls.__subclasses__():
        yield subclass
        yield from refusals(subclass)
