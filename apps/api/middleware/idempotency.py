"""Make a change once: repeated with its Idempotency-Key, it gets the stored response of the first request.

See draft-ietf-httpapi-idempotency-key-header. Any request that changes something may have a key, but for the views
that commit by themselves: what they have committed, no rollback could take back with the key.

A replay does not evaluate If-Match again: the change itself has made the tag stale, and RFC 9110 (13.1.1) lets a server
answer 2xx when a state-changing request has already been applied. That holds for the same request only, so the
preconditions are part of it: the key with another If-Match, or without it, is a 422.
"""

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
    if masked(header) != header:
        # It would be stored as it is. A masked one could be equal to another key, whose response would then be sent.
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
