"""A change that is sent again with its Idempotency-Key is answered again, not made again.

See draft-ietf-httpapi-idempotency-key-header. Any request that changes something may have a key, but for the views
that commit by themselves: what they have committed, no rollback could take back with the key.

A replay does not evaluate If-Match again: the change itself has made the tag stale, and RFC 9110 (13.1.1) lets a server
answer 2xx when a state-changing request has already been applied. That holds for the same request only, so the
preconditions are part of it: the key with another If-Match, or without it, is a 422.
"""

from __future__ import annotations

import hashlib
import re

from django.http import HttpResponse

from apps.api.etags import IF_MATCH, IF_NONE_MATCH
from apps.api.masking import masked
from apps.api.problems import problem
from apps.api.request import ApiRequest, View
from apps.idempotency import services
from apps.idempotency.models import IdempotencyKey

IDEMPOTENCY_KEY = "Idempotency-Key"
# A string of the draft is in quotes, those that most clients send are not.
PATTERN = r'^(?:"([!#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255}))$'


def answer_once(request: ApiRequest, get_response: View) -> HttpResponse:
    """The answer of `get_response`, or the one that an equal request with the same key got before.

    Runs in the request's transaction: what is committed is kept with the key, the rollback of an error frees it.
    """
    given = request.headers.get(IDEMPOTENCY_KEY)
    if given is None:
        return get_response(request)
    found = re.fullmatch(PATTERN, given)
    if not found:
        allowed = "1 to 255 printable ASCII characters, without space, quote and backslash"
        return problem(request, 400, f"{IDEMPOTENCY_KEY} is {allowed}.")
    if masked(given) != given:
        # It would be stored as it is. A masked one could be equal to another key, whose answer would then be given.
        return problem(request, 400, f"{IDEMPOTENCY_KEY} contains an API key, which is a secret; send a UUID instead.")
    try:
        row = services.claim_key(key=found[1] or found[2], fingerprint=_fingerprint(request))
    except services.KeyInUse:
        detail = f"A request with this {IDEMPOTENCY_KEY} is still running; try again."
        return problem(request, 409, detail, kind="idempotency-key-in-use", headers={"Retry-After": "1"})
    except services.KeyReused:
        detail = f"This {IDEMPOTENCY_KEY} belongs to another request."
        return problem(request, 422, detail, kind="idempotency-key-reused")
    if row.status is not None:
        return _replay(row)
    response = get_response(request)
    if response.status_code < 400:  # It will be committed.
        services.keep_answer(
            row=row, status=response.status_code, headers=response.headers, body=response.content.decode()
        )
    return response


def _fingerprint(request: ApiRequest) -> str:
    """Return the hash of what makes two requests the same: preconditions, method, address and body."""
    preconditions = "".join(
        f"{name}: {request.headers[name]}\n" for name in (IF_MATCH, IF_NONE_MATCH) if name in request.headers
    )
    start = f"{preconditions}{request.method} {request.path}\n"
    return hashlib.sha256(start.encode() + request.body).hexdigest()


def _replay(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status)
    del response["Content-Type"]  # An empty answer has none.
    for name, value in {**row.headers, "Idempotency-Replayed": "true"}.items():
        response[name] = value
    return response
