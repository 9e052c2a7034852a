"""A look-up is cached for moments: requests do not pay for it, and a change still counts within 5 seconds."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.utils import timezone

from apps.tenancy import keys
from apps.tenancy.models import ApiKey, Tenant

ORDERS = "/api/v1/orders/"


def prefix_of(key: str) -> str:
    return key.split("_")[1]


def is_refused(key: str) -> bool:
    try:
        keys.authenticate(f"Bearer {key}" if key else "", changes=True)
    except keys.KeyRefused:
        return True
    return False


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Time stands still, but `wait(5)` moves it on."""
    start, passed = timezone.now(), timedelta()

    def move(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: start + passed)
    monkeypatch.setattr(time, "time", lambda: (start + passed).timestamp())
    return move


@contextmanager
def look_ups() -> Iterator[list[str]]:
    """The raw statements on the tables of tenancy; `count` leaves them out."""
    found: list[str] = []

    def execute_and_note(execute: Any, sql: str, *args: Any) -> Any:
        if '"tenancy_' in sql:
            found.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(execute_and_note):
        yield found


@pytest.mark.parametrize("with_key", [True, False])
def test_requests_after_the_first_look_nobody_up(acme: Tenant, api: Any, settings: Any, with_key: bool) -> None:
    settings.DEFAULT_TENANT = "acme"
    client = api if with_key else type(api)()

    with look_ups() as of_the_first:
        client.get(ORDERS)
    with look_ups() as of_the_next:
        statuses = [client.get(ORDERS).status_code, client.post(ORDERS).status_code]

    # 1. the key with its tenant, or the default tenant
    assert len(of_the_first) == 1
    assert (of_the_next, statuses) == ([], [200, 400])


@pytest.mark.parametrize(
    "change",
    [
        lambda: ApiKey.objects.update(revoked_at=timezone.now()),
        lambda: ApiKey.objects.update(expires_at=timezone.now()),
        lambda: ApiKey.objects.update(secret_sha256="0" * 64),
        lambda: ApiKey.objects.all().delete(),
        lambda: Tenant.objects.update(is_active=False),
    ],
    ids=["revoked", "expired", "replaced", "deleted", "tenant inactive"],
)
def test_a_change_by_another_process_counts_within_5_seconds(
    acme: Tenant, wait: Callable[[float], None], change: Callable[[], object]
) -> None:
    key = keys.issue_key(tenant=acme)
    before = is_refused(key)

    change()
    wait(5)

    assert (before, is_refused(key)) == (False, True)


def test_a_default_tenant_that_another_process_deactivates_is_refused_within_5_seconds(
    acme: Tenant, settings: Any, wait: Callable[[float], None]
) -> None:
    settings.DEFAULT_TENANT = "acme"
    before = is_refused("")

    Tenant.objects.update(is_active=False)
    wait(5)

    assert (before, is_refused("")) == (False, True)


def test_requests_do_not_make_a_copy_older(acme: Tenant, wait: Callable[[float], None]) -> None:
    key = keys.issue_key(tenant=acme)
    is_refused(key)
    ApiKey.objects.update(revoked_at=timezone.now())

    refused = []
    for _ in range(5):
        wait(1)
        refused.append(is_refused(key))

    assert refused[-1] is True


def test_revoke_key_counts_at_once_in_its_own_process(acme: Tenant, api: Any) -> None:
    key = keys.issue_key(tenant=acme)
    client = type(api)(key)
    before = client.get(ORDERS).status_code

    keys.revoke_key(prefix=prefix_of(key))

    assert (before, client.get(ORDERS).status_code) == (200, 401)


def test_revoke_key_counts_at_once_if_another_process_revoked_before(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    is_refused(key)
    ApiKey.objects.update(revoked_at=timezone.now())

    keys.revoke_key(prefix=prefix_of(key))

    assert is_refused(key)


def test_revoke_key_is_not_undone_by_a_request_that_read_the_key_before(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.issue_key(tenant=acme)
    write = LocMemCache.add

    def revoke_then_write(*args: Any, **kwargs: Any) -> bool:
        keys.revoke_key(prefix=prefix_of(key))
        return write(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(LocMemCache, "add", revoke_then_write)
        is_refused(key)

    assert is_refused(key)


def test_a_new_key_works_at_once_and_the_old_one_beside_it(acme: Tenant) -> None:
    old = keys.issue_key(tenant=acme)
    is_refused(old)

    new = keys.issue_key(tenant=acme)

    assert (is_refused(new), is_refused(old)) == (False, False)


def test_keys_that_do_not_exist_are_not_cached(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    prefix = prefix_of(key)
    ApiKey.objects.update(prefix="00000000")

    refused = [is_refused(key), *[is_refused(f"rl_{number:08}_0") for number in range(1, 100)]]
    cached = dict(cache._cache)
    ApiKey.objects.update(prefix=prefix)

    assert (set(refused), cached) == ({True}, {})
    assert not is_refused(key)


def test_a_key_expires_though_it_is_cached(acme: Tenant, wait: Callable[[float], None]) -> None:
    key = keys.issue_key(tenant=acme, expires_at=timezone.now() + timedelta(seconds=1))
    before = is_refused(key)

    wait(1)
    with look_ups() as statements:
        after = is_refused(key)

    assert (before, after, statements) == (False, True, [])


def test_a_cached_key_still_wants_its_secret_compared_in_constant_time(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.issue_key(tenant=acme)
    compare, compared = hmac.compare_digest, []
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or compare(*pair))

    refused = [is_refused(key), is_refused(key), is_refused(f"rl_{prefix_of(key)}_0")]

    right, wrong = (hashlib.sha256(secret.encode()).hexdigest() for secret in (key.split("_")[2], "0"))
    assert refused == [False, False, True]
    assert compared == [(right, right), (right, right), (right, wrong)]


def test_the_cache_holds_no_secret(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)

    is_refused(key)

    [(name, value)] = cache._cache.items()
    assert key.split("_")[2].encode() not in name.encode() + value
