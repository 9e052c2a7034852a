"""Idempotency keys: a request repeated with its Idempotency-Key gets the stored response and changes nothing.

See draft-ietf-httpapi-idempotency-key-header. Every request that changes data may have a key, except to views that
commit by themselves: a rollback of the key could not undo their commits.

A replay does not evaluate If-Match again: the change itself has made the tag stale, and RFC 9110 (13.1.1) allows a 2xx
when a state-changing request has already been applied. That holds only for the same request, so the preconditions are
part of the fingerprint: the same key with another If-Match, or without it, is a 422.
"""

import hashlib
import re

from django.http import HttpResponse

from apps.api.etags import IF_MATCH, IF_NONE_MATCH
from apps.api.masking import mask_api_keys
from apps.api.problems import problem
from apps.api.request import ApiRequest, View
from apps.idempotency import services
from apps.idempotency.models import IdempotencyKey

IDEMPOTENCY_KEY = "Idempotency-Key"
# The draft requires quotes around the key, but most clients send it without.
PATTERN = r'^(?:"([!#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255}))$'


def answer_once(request: ApiRequest, get_response: View) -> HttpResponse:
    """Return the response of `get_response`, or the stored one of an equal request with the same key.

    Runs in the request's transaction: COMMIT stores the response with the key, a rollback frees the key.
    """
    header = request.headers.get(IDEMPOTENCY_KEY)
    if header is None:
        return get_response(request)
    match = re.fullmatch(PATTERN, header)
    if not match:
        allowed = "1 to 255 printable ASCII characters, without space, quote and backslash"
        return problem(request, 400, f"{IDEMPOTENCY_KEY} is {allowed}.")
    if mask_api_keys(header) != header:
        # It would be stored in clear. Masked, it could equal another key and replay that one's response.
        return problem(request, 400, f"{IDEMPOTENCY_KEY} contains an API key, which is a secret; send a UUID instead.")
    try:
        row = services.claim_key(key=match[1] or match[2], fingerprint=_fingerprint(request))
    except services.KeyInUse:
        detail = f"A request with this {IDEMPOTENCY_KEY} is still running; try again."
        return problem(request, 409, detail, kind="idempotency-key-in-use", headers={"Retry-After": "1"})
    except services.KeyReused:
        detail = f"This {IDEMPOTENCY_KEY} belongs to another request."
        return problem(request, 422, detail, kind="idempotency-key-reused")
    if row.status is not None:
        return _replay(row)
    response = get_response(request)
    if response.status_code < 400:  # The transaction will be committed.
        services.keep_answer(
            row=row, status=response.status_code, headers=response.headers, body=response.content.decode()
        )
    return response


def _fingerprint(request: ApiRequest) -> str:
    """Return a hash that is equal for equal requests: of preconditions, method, address and body."""
    preconditions = "".join(
        f"{name}: {request.headers[name]}\n" for name in (IF_MATCH, IF_NONE_MATCH) if name in request.headers
    )
    start = f"{preconditions}{request.method} {request.path}\n"
    return hashlib.sha256(start.encode() + request.body).hexdigest()


def _replay(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status)
    del response["Content-Type"]  # An empty response has none.
    for name, value in {**row.headers, "Idempotency-Replayed": "true"}.items():
        response[name] = value
    return response
