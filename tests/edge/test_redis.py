"""Processes that share Redis: exact limits, keys revoked at once, reports computed once; without it, never a 5xx."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest

from harness.concurrency import at_once
from harness.machine import wait_until
from harness.redis import RedisServer
from tests.support.service import Service, manage, serving

pytestmark = pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed.")
LIST, SUMMARY = "/api/v1/customers/", "/api/v1/reporting/summary/"
CLIENTS = 64
LOST, FOUND = "Redis is unavailable", "Redis answers again"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared(environment, redis) -> dict[str, str]:
    """The environment of a process that shares Redis; acme has customers with revenue, globex has none."""
    plugged = {**environment, "PLUGINS": "apps.devtools"}
    manage(plugged, "seed", "--tenant", "acme", "--customers", "20", "--orders-per-customer", "5")
    manage(environment, "tenant", "create", "globex")
    return {**environment, "CACHE_URL": redis.url, "REPORT_CACHE_SECONDS": "300"}


@pytest.fixture(scope="module")
def patient(shared, redis) -> dict[str, str]:
    """As `shared`, but a slow reply is no outage: what Redis promises while it answers can be tested under any load."""
    return {**shared, "CACHE_URL": redis.patient_url}


@pytest.fixture(scope="module")
def processes(patient) -> Iterator[list[Service]]:
    key = key_of(patient, "acme")
    with serving(patient, key) as first, serving(patient, key) as second:
        yield [first, second]


@pytest.fixture(scope="module")
def impatient(shared) -> Iterator[list[Service]]:
    """Processes with the default patience."""
    key = key_of(shared, "acme")
    with serving(shared, key) as first, serving(shared, key) as second:
        yield [first, second]


def key_of(environment: dict[str, str], tenant: str) -> str:
    return manage(environment, "apikey", "create", tenant).strip()


def with_key(services: list[Service], key: str) -> list[Service]:
    return [Service(service.running, service.port, key) for service in services]


def use_redis(services: list[Service], redis: RedisServer) -> None:
    """Wait until each service uses Redis, without which a fault has left it for some seconds, and empty Redis."""
    for service in services:

        def has_cached(service: Service = service) -> bool:
            redis.run("FLUSHALL")
            service.ask("GET", SUMMARY, **{"Cache-Control": "no-cache"})
            return redis.run("DBSIZE") > 0

        wait_until(has_cached, "a report in Redis")
    redis.run("FLUSHALL")


def computations(services: list[Service]) -> int:
    """The number of requests for SUMMARY that read the database, from the services' logs."""
    lines = [json.loads(line) for service in services for line in service.log.splitlines() if line.startswith("{")]
    return sum(line.get("route") == SUMMARY and line["statements"] > 0 for line in lines)


def test_exactly_the_limit_passes_four_processes_in_the_minute_after_a_failure(patient, redis):
    limit = {"REQUESTS_PER_MINUTE": "600", "GRANIAN_WORKERS": "4"}
    with serving(patient, key_of(patient, "acme"), **limit) as service:

        def all_log(event: str) -> bool:
            assert service.ask("GET", LIST).status in (200, 429)
            return service.log.count(event) == 4

        with redis.killed():
            wait_until(lambda: all_log(LOST), "each worker has lost Redis")
        wait_until(lambda: all_log(FOUND), "each worker has found Redis again")
        redis.run("FLUSHALL")
        assert service.ask("GET", LIST).status == 200

        time.sleep(60 - time.time() % 60)
        minute = int(time.time()) // 60
        statuses = at_once(CLIENTS, lambda _: [service.ask("GET", LIST).status for _ in range(12)])
        assert int(time.time()) // 60 == minute

    assert Counter(status for part in statuses for status in part) == {200: 600, 429: 168}


def test_revoked_key_is_refused_by_every_process_at_once(patient, processes):
    key = key_of(patient, "acme")
    services = with_key(processes, key)
    assert [service.ask("GET", LIST).status for service in services] == [200, 200]

    manage(patient, "apikey", "revoke", key.split("_")[1])

    assert [service.ask("GET", LIST).status for service in services] == [401, 401]


def test_64_clients_of_two_processes_cost_one_computation(processes, redis):
    redis.run("FLUSHALL")
    before = computations(processes)

    answers = at_once(CLIENTS, lambda number: processes[number % 2].ask("GET", SUMMARY))

    assert {answer.status for answer in answers} == {200}
    assert computations(processes) == before + 1
    assert sum("age" not in answer.headers for answer in answers) == 1
    assert len({str(answer.body) for answer in answers}) == 1
    assert answers[0].body["rows"]


def test_no_cache_computes_a_new_report_for_every_process(processes, redis):
    redis.run("FLUSHALL")
    first, second = processes
    first.ask("GET", SUMMARY)
    before = computations(processes)

    new = second.ask("GET", SUMMARY, **{"Cache-Control": "no-cache"})
    cached = first.ask("GET", SUMMARY)

    assert ("age" in new.headers, "age" in cached.headers) == (False, True)
    assert computations(processes) == before + 1


def test_tenants_never_share_a_report(patient, processes, redis):
    redis.run("FLUSHALL")
    others = with_key(processes, key_of(patient, "globex"))

    answers = [service.ask("GET", SUMMARY) for services in (processes, others) for service in services]

    assert [bool(answer.body["rows"]) for answer in answers] == [True, True, False, False]
    assert ["age" in answer.headers for answer in answers] == [False, True, False, True]


FAULTS = {"killed": RedisServer.killed, "frozen": RedisServer.frozen, "full": RedisServer.full}


@pytest.mark.parametrize("fault", FAULTS)
def test_requests_are_answered_without_redis(shared, impatient, redis, fault):
    others = with_key(impatient, key_of(shared, "globex"))
    use_redis(impatient, redis)

    def ask(number: int) -> list[tuple[int, bool]]:
        """Ask for reports and lists of both tenants: the statuses, and whether each report is the tenant's own."""
        seen = []
        for turn in range(10):
            is_acme = (number + turn) % 3 != 0
            path = [SUMMARY, LIST][turn % 2]
            answer = (impatient if is_acme else others)[number % 2].ask("GET", path)
            seen.append((answer.status, path == LIST or bool(answer.body["rows"]) == is_acme))
        return seen

    with FAULTS[fault](redis):
        during = at_once(8, ask)
    after = at_once(8, ask)

    assert {answer for part in during + after for answer in part} == {(200, True)}


def test_frozen_redis_delays_one_request_in_5_seconds_by_50_ms(impatient, redis):
    service = impatient[0]

    def delay() -> float:
        """Freeze Redis; return by how many seconds the first request took longer than the others do."""
        use_redis([service], redis)
        redis.run("CONFIG", "RESETSTAT")
        durations, began = [], time.monotonic()
        with redis.frozen():
            for _ in range(40):
                started = time.monotonic()
                assert service.ask("GET", LIST).status == 200
                durations.append(time.monotonic() - started)
            elapsed = time.monotonic() - began
        # The commands that Redis finds in its sockets when it runs again: each has made a request wait.
        assert 1 <= redis.calls("get") <= 1 + elapsed / 5
        return durations[0] - median(durations)

    # A busy machine makes a delay longer, never shorter.
    assert any(delay() <= 0.05 for _ in range(5))
