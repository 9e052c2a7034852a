import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from django.conf import settings
from django.http import HttpResponse

from apps import shared
from apps.api.request import ApiRequest, Step

WAIT = 10.0  # seconds for a computation by another request; no statement takes longer
POLL = 0.02  # seconds
LARGEST = 1024 * 1024  # bytes; a larger report is computed each time
OWN = "reports"  # the process's cache, for when there is no Redis
# Deletes a lock, unless it has expired and another request has taken it.
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

_locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()


class Cached(NamedTuple):
    """A cached response; its computation began at `at`, in seconds since 1970."""

    at: float
    headers: dict[str, str]
    content: bytes

    def response(self) -> HttpResponse:
        age = max(0, int(time.time() - self.at))
        return HttpResponse(self.content, headers={**self.headers, "Age": str(age)})


class ReportCache(Step):
    """Cache the responses of views with `is_cacheable` for settings.REPORT_CACHE_SECONDS (RFC 9111).

    Requests for a report that is being computed wait for it, so that many at once cost one computation. A request with
    `Cache-Control: no-cache` accepts only a report whose computation began after the request.
    """

    def __call__(self, request: ApiRequest) -> HttpResponse:
        seconds = settings.REPORT_CACHE_SECONDS
        if not seconds or not _is_cacheable(request):
            return self.get_response(request)
        identity = _identity(request)
        since = time.time() if "no-cache" in request.headers.get("Cache-Control", "").lower() else 0.0
        if cached := _read(identity, since):
            response = cached.response()
        else:
            with _turn(identity, since) as cached:
                response = cached.response() if cached else self._compute(request, identity, seconds)
        if response.status_code == 200:
            response["Cache-Control"] = f"private, max-age={seconds}"
        return response

    def _compute(self, request: ApiRequest, identity: str, seconds: int) -> HttpResponse:
        began = time.time()
        response = self.get_response(request)
        if response.status_code == 200 and len(response.content) <= LARGEST:
            head = json.dumps({"identity": identity, "at": began, "headers": dict(response.items())})
            shared.put(_name(identity), head.encode() + b"\n" + response.content, seconds, own=OWN)
        return response


def _is_cacheable(request: ApiRequest) -> bool:
    if request.tenant is None or request.method != "GET":
        return False
    view = getattr(request.resolver_match.func, "cls", None)  # type: ignore[union-attr]  # set by Routing
    if not getattr(view, "is_cacheable", False):
        return False
    return not any(name.startswith("If-") for name in request.headers)  # The view evaluates preconditions.


def _identity(request: ApiRequest) -> str:
    """Return everything that the response depends on except the tenant's rows."""
    tenant: Any = request.tenant
    accepted, query = request.headers.get("Accept"), sorted(request.GET.lists())
    return json.dumps([settings.RELEASE, tenant.pk, tenant.timezone, request.path, query, accepted])


def _name(identity: str) -> str:
    return f"report:{hashlib.sha256(identity.encode()).hexdigest()}"


def _read(identity: str, since: float) -> Cached | None:
    """Return the cached response, unless its computation began before `since`."""
    head, _, content = (shared.get(_name(identity), own=OWN) or b"").partition(b"\n")
    try:
        fields = json.loads(head)
        if fields["identity"] == identity and fields["at"] >= since:
            return Cached(fields["at"], fields["headers"], content)
    except (ValueError, LookupError, TypeError):  # Nothing is cached, or another program's value.
        pass
    return None


@contextmanager
def _turn(identity: str, since: float) -> Iterator[Cached | None]:
    """Wait until no other request computes the report; yield the response it has cached, or None.

    The lock covers this process's requests, and with Redis those of all processes.
    """
    lock = _locks.setdefault(identity, threading.Lock())
    has_lock = lock.acquire(timeout=WAIT)
    key, token, end = f"{_name(identity)}:lock", secrets.token_hex(8), time.monotonic() + WAIT
    try:
        while not _lock(key, token) and time.monotonic() < end:
            time.sleep(POLL)
        try:
            yield _read(identity, since)
        finally:
            _unlock(key, token)
    finally:
        if has_lock:
            lock.release()


def _lock(key: str, token: str) -> bool:
    try:
        return bool(shared.server().run(("SET", key, token, "NX", "PX", int(WAIT * 1000)))[0])
    except shared.Unavailable:
        return True


def _unlock(key: str, token: str) -> None:
    with suppress(shared.Unavailable):  # It ends by itself.
        shared.server().run(("EVAL", UNLOCK, 1, key, token))
