"""API keys: `rl_<prefix>_<secret>`. The secret is random (256 bits), so a plain SHA-256 of it is enough to store."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from apps.tenancy.models import ApiKey, Tenant


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
    """Make the key useless from now on; revoking twice keeps the first time. Raises ApiKey.DoesNotExist."""
    key = ApiKey.objects.select_related("tenant").get(prefix=prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    return key


def authenticate(authorization: str, *, changes: bool) -> Tenant:
    """The tenant that an `Authorization` header (RFC 6750, `Bearer <key>`) acts for.

    Without a header it is settings.DEFAULT_TENANT, if that is set. `changes`: whether the request may change data.
    Reads one ApiKey with its tenant. Raises KeyRefused or KeyIsReadOnly.
    """
    if not authorization and settings.DEFAULT_TENANT:
        tenant = Tenant.objects.filter(slug=settings.DEFAULT_TENANT, is_active=True).first()
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
    key = ApiKey.objects.select_related("tenant").filter(prefix=prefix).first() if well_formed else None
    if (
        key is None
        or not hmac.compare_digest(key.secret_sha256, _digest(secret))
        or not key.is_live(timezone.now())
        or not key.tenant.is_active
    ):
        raise KeyRefused("The API key is unknown, revoked or expired.")
    if changes and key.scope != ApiKey.Scope.WRITE:
        raise KeyIsReadOnly("The API key may read only.")
    return key.tenant


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
