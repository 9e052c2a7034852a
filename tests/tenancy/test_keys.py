from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant

REFUSAL = r"^The API key is unknown, revoked or expired\.$"


def authenticate(key: str, *, changes: bool = True) -> Tenant:
    return keys.identify(f"Bearer {key}").acting(changes=changes)


def test_issue_key_has_a_public_prefix_and_a_secret_of_256_bits(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)

    assert re.fullmatch(r"rl_[0-9a-f]{8}_[0-9a-f]{64}", key)


def test_issue_key_stores_no_column_with_the_secret(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme, name="billing", scope="read")

    secret = key.split("_")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tenancy_apikey")
        [row] = cursor.fetchall()
    assert [column for column in row if secret in str(column)] == []


def test_issue_key_stores_name_scope_and_expiry(acme: Tenant) -> None:
    expires_at = timezone.now() + timedelta(days=1)

    key = keys.issue_key(tenant=acme, name="billing", scope=ApiKey.Scope.READ, expires_at=expires_at)

    stored = ApiKey.objects.get()
    assert (stored.tenant, stored.name, stored.prefix) == (acme, "billing", key.split("_")[1])
    assert (stored.scope, stored.expires_at, stored.revoked_at) == ("read", expires_at, None)


def test_issue_key_never_gives_the_same_one_twice(acme: Tenant) -> None:
    issued = {keys.issue_key(tenant=acme) for _ in range(20)}

    assert len(issued) == 20


def test_authenticate_returns_the_keys_tenant(acme: Tenant, globex: Tenant) -> None:
    of_acme, of_globex = keys.issue_key(tenant=acme), keys.issue_key(tenant=globex)

    tenants = [authenticate(of_acme), authenticate(of_globex)]

    assert tenants == [acme, globex]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_authenticate_takes_the_scheme_in_any_case(acme: Tenant, scheme: str) -> None:
    key = keys.issue_key(tenant=acme)

    tenant = keys.identify(f"{scheme} {key}").acting(changes=True)

    assert tenant == acme


@pytest.mark.parametrize("header", ["", "Basic YWNtZTphY21l", "Bearer_", "Token {key}", "{key}", " Bearer {key}"])
def test_authenticate_without_a_bearer_key_is_refused(acme: Tenant, header: str) -> None:
    key = keys.issue_key(tenant=acme)

    with pytest.raises(keys.KeyRefused, match=r"^Send an API key: 'Authorization: Bearer rl_…'\.$"):
        keys.identify(header.format(key=key)).acting(changes=False)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "rl",
        "rl__",
        "rl_{prefix}",
        "rl_{prefix}_",
        "rl_{prefix}_{digest}",
        "rl_{prefix}_{secret}_",
        "rl_{prefix}_{secret}0",
        "rl_{prefix}_ {secret}",
        "RL_{prefix}_{secret}",
        "{prefix}_{secret}",
        "rl_{PREFIX}_{secret}",
        "rl_{prefix}0_{secret}",
        "rl_%_{secret}",
        "rl_\0\0\0\0\0\0\0\0_{secret}",
        "rl_ÀÀÀÀÀÀÀÀ_{secret}",
        "rl_00000000_{secret}",
        "rl_{prefix}_é",
    ],
)
def test_authenticate_with_a_malformed_or_unknown_key_is_refused(acme: Tenant, token: str) -> None:
    secret = keys.issue_key(tenant=acme).split("_")[2]
    ApiKey.objects.update(prefix="abcdef01")
    digest = ApiKey.objects.get().secret_sha256
    assert authenticate(f"rl_abcdef01_{secret}") == acme

    with pytest.raises(keys.KeyRefused, match=REFUSAL):
        authenticate(token.format(prefix="abcdef01", PREFIX="ABCDEF01", secret=secret, digest=digest), changes=False)


def test_authenticate_with_another_keys_secret_is_refused(acme: Tenant, globex: Tenant) -> None:
    prefix = keys.issue_key(tenant=acme).split("_")[1]
    secret = keys.issue_key(tenant=globex).split("_")[2]

    with pytest.raises(keys.KeyRefused, match=REFUSAL):
        authenticate(f"rl_{prefix}_{secret}", changes=False)


def test_authenticate_with_a_revoked_key_is_refused_and_the_other_one_works(acme: Tenant) -> None:
    old, new = keys.issue_key(tenant=acme), keys.issue_key(tenant=acme)
    both_work = [authenticate(old), authenticate(new)]

    keys.revoke_key(prefix=old.split("_")[1])

    assert both_work == [acme, acme]
    assert authenticate(new) == acme
    with pytest.raises(keys.KeyRefused, match=REFUSAL):
        authenticate(old, changes=False)


def test_authenticate_with_an_expired_key_is_refused(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme, expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(keys.KeyRefused, match=REFUSAL):
        authenticate(key, changes=False)


def test_authenticate_before_expiry_is_allowed(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme, expires_at=timezone.now() + timedelta(days=1))

    assert authenticate(key) == acme


def test_key_is_live_until_the_instant_it_expires(acme: Tenant) -> None:
    expires_at = timezone.now()
    key = ApiKey(tenant=acme, expires_at=expires_at)

    live = [key.is_live(expires_at + timedelta(microseconds=shift)) for shift in (-1, 0, 1)]

    assert live == [True, False, False]


def test_authenticate_for_an_inactive_tenant_is_refused(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    Tenant.objects.update(is_active=False)

    with pytest.raises(keys.KeyRefused, match=REFUSAL):
        authenticate(key, changes=False)


def test_authenticate_with_a_read_key_allows_reading_only(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme, scope=ApiKey.Scope.READ)

    tenant = authenticate(key, changes=False)

    assert tenant == acme
    with pytest.raises(keys.KeyIsReadOnly):
        authenticate(key, changes=True)


def test_authenticate_reads_the_key_with_its_tenant_in_one_statement(
    acme: Tenant, django_assert_num_queries: Any
) -> None:
    key = keys.issue_key(tenant=acme)

    # 1. the key joined with its tenant
    with django_assert_num_queries(1):
        authenticate(key)


def test_authenticate_of_a_malformed_key_runs_no_statement(acme: Tenant, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), pytest.raises(keys.KeyRefused):
        authenticate("rl_x_y")


def test_revoke_key_twice_keeps_the_first_time(acme: Tenant) -> None:
    prefix = keys.issue_key(tenant=acme).split("_")[1]
    first = keys.revoke_key(prefix=prefix).revoked_at

    second = keys.revoke_key(prefix=prefix).revoked_at

    assert first is not None
    assert second == first
    assert ApiKey.objects.get().revoked_at == first


def test_revoke_of_an_unknown_key_is_refused(acme: Tenant) -> None:
    keys.issue_key(tenant=acme)

    with pytest.raises(ApiKey.DoesNotExist):
        keys.revoke_key(prefix="00000000")

    assert ApiKey.objects.get().revoked_at is None
