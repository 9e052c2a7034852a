"""API keys: `rl_<prefix>_<secret>`. The secret is random (256 bits), so a plain SHA-256 of it is enough to store."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from apps import shared
from apps.tenancy.acting import KeyInfo
from apps.tenancy.models import ApiKey, Tenant

# A change must take effect in every process within 5 seconds; this time starts only after the row has been read.
CACHE_SECONDS = 3
# The shared entry of a revoked key, and its lifetime, which is longer than that of any cached copy of the key.
REVOKED, REVOKED_SECONDS = "revoked-key:{}", 60
# Limit of failed look-ups per address and minute. A key that was valid within the last hour is exempt.
MAX_FAILURES, WINDOW_SECONDS, TRUSTED_SECONDS = 60, 60, 3600
UNKNOWN = "The API key is unknown, revoked or expired."
TENANT = [field.attname for field in Tenant._meta.concrete_fields]


class KeyRefused(Exception):
    """The request has no valid API key. The message is fit for the client."""


class KeyIsReadOnly(Exception):
    """A read key was used for a change. The message is fit for the client."""


class TooManyFailures(Exception):
    """Too many keys from one address were refused. `retry_after` is in seconds; the message is fit for the client."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many unknown keys were sent from your address; try again in {retry_after} seconds.")
        self.retry_after = retry_after


# The cached form of a key: the values of its tenant, those of its KeyInfo, and when it ends. Unpickling model instances
# would take five times as long.
Packed = tuple[tuple[Any, ...], tuple[Any, ...], "datetime | None"]


@dataclass(frozen=True)
class Caller:
    """The tenant that a request acts for, and its key; None for the default tenant, which needs none."""

    tenant: Tenant
    key: KeyInfo | None = None

    def acting(self, *, changes: bool) -> Tenant:
        """Return the tenant. Raises KeyIsReadOnly if the request `changes` data and the key may not."""
        if changes and self.key and self.key.scope == ApiKey.Scope.READ:
            raise KeyIsReadOnly("The API key may read only.")
        return self.tenant


def issue_key(
    *, tenant: Tenant, name: str = "", scope: str = ApiKey.Scope.WRITE, expires_at: datetime | None = None
) -> str:
    """Store a new key of `tenant` and return it in full; it cannot be recovered later.

    Writes one ApiKey. Raises ValidationError.
    """
    prefix, secret = secrets.token_hex(4), secrets.token_hex(32)
    key = ApiKey(
        tenant=tenant, name=name, prefix=prefix, secret_sha256=_digest(secret), scope=scope, expires_at=expires_at
    )
    key.full_clean()
    key.save()
    return f"rl_{prefix}_{secret}"


def revoke_key(*, prefix: str) -> ApiKey:
    """Revoke the key: at once in this process and in those that share Redis with it, otherwise within 5 seconds.

    Writes the ApiKey, unless it is revoked already, and its cached copy. Raises ApiKey.DoesNotExist.
    """
    key = ApiKey.objects.select_related("tenant").get(prefix=prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    # Not deleted: a request that read the row just before would cache its live copy again.
    cache.set(_cache_name(prefix, key.secret_sha256), _packed(key), CACHE_SECONDS)
    shared.put(REVOKED.format(prefix), b"1", REVOKED_SECONDS)
    return key


def refuse_revoked(key: KeyInfo | None) -> None:
    """Raise KeyRefused if the key was revoked within the last minute: its cached copy may be older than that."""
    if key and shared.get(REVOKED.format(key.prefix)):
        raise KeyRefused(UNKNOWN)


def remembered(authorization: str) -> Caller | None:
    """Return the caller if the key's look-up is cached, else None: `identify` has to look it up. Reads the cache."""
    if not authorization and settings.DEFAULT_TENANT:
        tenant = cache.get(_default_name())
        return tenant and Caller(tenant)
    try:
        packed = cache.get(_cache_name(*_read(authorization)))
        return packed and _caller(packed)
    except KeyRefused:
        return None


def was_good(authorization: str) -> bool:
    """Whether the key was valid when it was last looked up, within the last hour. Reads only the cache."""
    try:
        return bool(cache.get(_trusted_name(*_read(authorization))))
    except KeyRefused:
        return False


def identify(authorization: str, address: str = "") -> Caller:
    """Return the caller of an `Authorization` header (RFC 6750, `Bearer <key>`).

    Without a header the caller is settings.DEFAULT_TENANT, if that is set. Failures are counted per client `address`.
    Reads one ApiKey with its tenant, or a copy that was cached at most 5 seconds ago. Raises KeyRefused or
    TooManyFailures.
    """
    if not authorization and settings.DEFAULT_TENANT:
        return Caller(cache.get(_default_name()) or _default_tenant())
    prefix, digest = _read(authorization)
    return _caller(cache.get(_cache_name(prefix, digest)) or _look_up(prefix, digest, address))


def _default_tenant() -> Tenant:
    tenant = Tenant.objects.filter(slug=settings.DEFAULT_TENANT, is_active=True).first()
    if tenant is None:
        raise KeyRefused(f"The default tenant {settings.DEFAULT_TENANT!r} does not exist or is not active.")
    cache.add(_default_name(), tenant, CACHE_SECONDS)
    return tenant


def _look_up(prefix: str, digest: str, address: str) -> Packed:
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    failures, trusted = f"key-failures:{address}:{window}", _trusted_name(prefix, digest)
    if cache.get(failures, 0) >= MAX_FAILURES and not cache.get(trusted):
        raise TooManyFailures(WINDOW_SECONDS - passed)
    # The digest is part of the condition, so that an unknown prefix and a wrong secret take the same time.
    rows = ApiKey.objects.select_related("tenant").filter(prefix=prefix, secret_sha256=digest)
    key = rows.first()
    if key is None:  # Not cached, because invented keys would fill the cache.
        cache.add(failures, 0, 2 * WINDOW_SECONDS)  # Not just one window, or it could expire before the next line.
        cache.incr(failures)
        raise KeyRefused(UNKNOWN)
    packed = _packed(key)
    cache.add(_cache_name(prefix, digest), packed, CACHE_SECONDS)  # Not set(): revoke_key may have written since.
    cache.set(trusted, True, TRUSTED_SECONDS)
    return packed


def _read(authorization: str) -> tuple[str, str]:
    """Return the key's prefix and its secret's digest. Raises KeyRefused if the header is malformed."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise KeyRefused("Send an API key: 'Authorization: Bearer rl_…'.")
    label, _, rest = token.strip().partition("_")
    prefix, _, secret = rest.partition("_")
    # A prefix is 8 hex digits; refuse anything else without a query.
    if label != "rl" or len(prefix) != 8 or not (prefix.isalnum() and prefix.isascii()):
        raise KeyRefused(UNKNOWN)
    return prefix, _digest(secret)


def _packed(key: ApiKey) -> Packed:
    shown = KeyInfo(key.prefix, key.name, key.scope, key.expires_at)
    return tuple(getattr(key.tenant, name) for name in TENANT), tuple(shown), key.ends_at


def _caller(packed: Packed) -> Caller:
    values, shown, ends_at = packed
    tenant = Tenant.from_db(DEFAULT_DB_ALIAS, TENANT, values)
    if not tenant.is_active or (ends_at is not None and ends_at <= timezone.now()):
        raise KeyRefused(UNKNOWN)
    return Caller(tenant, KeyInfo(*shown))


def _cache_name(prefix: str, digest: str) -> str:
    return f"api-key:{prefix}:{digest}"


def _trusted_name(prefix: str, digest: str) -> str:
    return f"good-key:{prefix}:{digest}"


def _default_name() -> str:
    return f"default-tenant:{settings.DEFAULT_TENANT}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
