"""API keys: `rl_<prefix>_<secret>`. The secret is random (256 bits), so a plain SHA-256 of it is enough to store."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import Model, QuerySet
from django.utils import timezone

from apps.tenancy.models import ApiKey, Tenant

# Every process must know of a change within 5 seconds; this time begins only when the row has been read.
CACHE_SECONDS = 3

Row = TypeVar("Row", bound=Model)


class KeyRefused(Exception):
    """The request does not prove for whom it acts. The message is fit for the client."""


class KeyIsReadOnly(Exception):
    """A read key was used for a change. The message is fit for the client."""


def issue_key(
    *, tenant: Tenant, name: str = "", scope: str = ApiKey.Scope.WRITE, expires_at: datetime | None = None
) -> str:
    """Store a new key of `tenant` and return it whole, the only time it can be seen.

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
    """Make the key useless: in this process at once, in any other within 5 seconds.

    Writes one ApiKey, unless it was revoked before, and its cached copy. Raises ApiKey.DoesNotExist.
    """
    key = ApiKey.objects.select_related("tenant").get(prefix=prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    # Not deleted: a request that has read the row before would put its live copy there.
    cache.set(_cache_name(prefix), key, CACHE_SECONDS)
    return key


def authenticate(authorization: str, *, changes: bool) -> Tenant:
    """The tenant that an `Authorization` header (RFC 6750, `Bearer <key>`) acts for.

    Without a header it is settings.DEFAULT_TENANT, if that is set. `changes`: whether the request may change data.
    Reads one ApiKey with its tenant, or a cached copy of at most 5 seconds. Raises KeyRefused or KeyIsReadOnly.
    """
    if not authorization and settings.DEFAULT_TENANT:
        tenant = _first_cached(
            f"default-tenant:{settings.DEFAULT_TENANT}",
            lambda: Tenant.objects.filter(slug=settings.DEFAULT_TENANT, is_active=True),
        )
        if tenant is None:
            raise KeyRefused(f"The default tenant {settings.DEFAULT_TENANT!r} does not exist or is not active.")
        return tenant
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise KeyRefused("Send an API key: 'Authorization: Bearer rl_…'.")
    label, _, rest = token.strip().partition("_")
    prefix, _, secret = rest.partition("_")
    # A prefix is 8 characters of hex; anything else need not reach the database.
    well_formed = label == "rl" and len(prefix) == 8 and prefix.isalnum() and prefix.isascii()
    key = well_formed and _first_cached(
        _cache_name(prefix), lambda: ApiKey.objects.select_related("tenant").filter(prefix=prefix)
    )
    if (
        not key
        or not hmac.compare_digest(key.secret_sha256, _digest(secret))
        or not key.is_live(timezone.now())
        or not key.tenant.is_active
    ):
        raise KeyRefused("The API key is unknown, revoked or expired.")
    if changes and key.scope != ApiKey.Scope.WRITE:
        raise KeyIsReadOnly("The API key may read only.")
    return key.tenant


def _first_cached(name: str, rows: Callable[[], QuerySet[Row]]) -> Row | None:
    """The first of `rows()`, or its copy under `name`. None is not kept: made-up keys would fill the cache."""
    row = cache.get(name)
    if row is None and (row := rows().first()) is not None:
        cache.add(name, row, CACHE_SECONDS)  # add: what revoke_key wrote since the read stays
    return row


def _cache_name(prefix: str) -> str:
    return f"api-key:{prefix}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
