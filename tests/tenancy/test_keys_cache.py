"""The key cache: repeated requests run no look-up, and a change to a key takes effect within 5 seconds."""

from __future__ import annotations

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
        keys.identify(f"Bearer {key}" if key else "").acting(changes=True)
    except keys.KeyRefused:
        return True
    return False


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stop the clock; `wait(5)` advances it by 5 seconds."""
    start, passed = timezone.now().replace(second=0), timedelta()  # failures are counted per minute of the clock

    def advance(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: start + passed)
    monkeypatch.setattr(time, "time", lambda: (start + passed).timestamp())
    return advance


@contextmanager
def look_ups() -> Iterator[list[str]]:
    """Collect the statements on the tables of tenancy, which `count` leaves out."""
    statements: list[str] = []

    def execute_and_note(execute: Any, sql: str, *args: Any) -> Any:
        if '"tenancy_' in sql:
            statements.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(execute_and_note):
        yield statements


@pytest.mark.parametrize("with_key", [True, False])
def test_repeated_requests_use_the_cached_key(acme: Tenant, api: Any, settings: Any, with_key: bool) -> None:
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
def test_change_by_another_process_takes_effect_within_5_seconds(
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


def test_requests_do_not_extend_the_life_of_a_cached_key(acme: Tenant, wait: Callable[[float], None]) -> None:
    key = keys.issue_key(tenant=acme)
    is_refused(key)
    ApiKey.objects.update(revoked_at=timezone.now())

    refused = []
    for _ in range(5):
        wait(1)
        refused.append(is_refused(key))

    assert refused[-1] is True


def test_revoke_key_takes_effect_at_once_in_its_own_process(acme: Tenant, api: Any) -> None:
    key = keys.issue_key(tenant=acme)
    client = type(api)(key)
    before = client.get(ORDERS).status_code

    keys.revoke_key(prefix=prefix_of(key))

    assert (before, client.get(ORDERS).status_code) == (200, 401)


def test_revoke_key_takes_effect_at_once_if_another_process_revoked_before(acme: Tenant) -> None:
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


def test_new_key_works_at_once_beside_the_old_one(acme: Tenant) -> None:
    old = keys.issue_key(tenant=acme)
    is_refused(old)

    new = keys.issue_key(tenant=acme)

    assert (is_refused(new), is_refused(old)) == (False, False)


def test_keys_that_do_not_exist_are_not_cached(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    prefix = prefix_of(key)
    ApiKey.objects.update(prefix="00000000")

    refused = [is_refused(key), *[is_refused(f"rl_{number:08}_0") for number in range(1, 50)]]
    cached = [name for name in cache._cache if "key-failures" not in name]
    ApiKey.objects.update(prefix=prefix)

    assert (set(refused), cached) == ({True}, [])
    assert not is_refused(key)


def test_cached_key_expires(acme: Tenant, wait: Callable[[float], None]) -> None:
    key = keys.issue_key(tenant=acme, expires_at=timezone.now() + timedelta(seconds=1))
    before = is_refused(key)

    wait(1)
    with look_ups() as statements:
        after = is_refused(key)

    assert (before, after, statements) == (False, True, [])


def test_cached_key_requires_its_whole_secret(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    is_refused(key)

    with look_ups() as of_the_key:
        right = is_refused(key)
    with look_ups() as of_another:
        wrong = [is_refused(f"rl_{prefix_of(key)}_0"), is_refused(f"{key}0"), is_refused(key[:-1])]

    assert (right, of_the_key) == (False, [])
    assert (wrong, len(of_another)) == ([True] * 3, 3)


def test_an_unknown_prefix_and_a_wrong_secret_run_one_statement_that_finds_nothing(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)
    is_refused(key)

    with look_ups() as of_wrong_secret:
        is_refused(f"rl_{prefix_of(key)}_0")
    with look_ups() as of_unknown_prefix:
        is_refused("rl_00000000_0")

    assert of_wrong_secret == of_unknown_prefix
    assert len(of_wrong_secret) == 1


def test_failures_are_limited_for_each_address(acme: Tenant, wait: Callable[[float], None]) -> None:
    def attempt(number: int, address: str = "192.0.2.1") -> str:
        try:
            keys.identify(f"Bearer rl_{number:08}_0", address)
        except (keys.KeyRefused, keys.TooManyFailures) as error:
            return type(error).__name__
        return "found"

    attempts = [attempt(number) for number in range(keys.MAX_FAILURES + 2)]
    with look_ups() as statements:
        attempt(0)
    elsewhere = attempt(0, "192.0.2.2")
    wait(keys.WINDOW_SECONDS)

    assert attempts == ["KeyRefused"] * keys.MAX_FAILURES + ["TooManyFailures"] * 2
    assert (statements, elsewhere, attempt(0)) == ([], "KeyRefused", "KeyRefused")


def test_known_key_is_exempt_from_the_failure_limit_of_its_address(acme: Tenant, wait: Callable[[float], None]) -> None:
    known, new = keys.issue_key(tenant=acme), keys.issue_key(tenant=acme)
    is_refused(known)
    for number in range(keys.MAX_FAILURES):
        is_refused(f"rl_{number:08}_0")
    wait(keys.CACHE_SECONDS)

    tenant = keys.identify(f"Bearer {known}").acting(changes=True)

    assert tenant == acme
    with pytest.raises(keys.TooManyFailures):
        keys.identify(f"Bearer {new}")


def test_the_cache_holds_no_secret(acme: Tenant) -> None:
    key = keys.issue_key(tenant=acme)

    is_refused(key)

    cached = b"".join(name.encode() + value for name, value in cache._cache.items())
    assert prefix_of(key).encode() in cached
    assert key.split("_")[2].encode() not in cached
