"""Processes share counters and values through Redis; without it each goes on alone, after one short wait."""

from __future__ import annotations

import shutil
import time

import pytest

from apps import shared
from apps.shared import Shared, Unavailable
from harness.machine import free_port, wait_until
from harness.redis import RedisServer
from tests.support.concurrency import at_once

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed.")


@pytest.fixture(scope="module")
def redis():
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture
def process():
    """A function that makes another process's client of a Redis server."""
    made = []

    def make(url: str) -> Shared:
        made.append(Shared(url))
        return made[-1]

    yield make
    for client in made:
        client._redis.close()


@pytest.fixture
def installation(redis, process, monkeypatch):
    """Make this process one of an installation that shares Redis; yield its client."""
    redis.run("FLUSHALL")
    client = process(redis.patient_url)
    monkeypatch.setattr(shared, "server", lambda: client)
    return client


def test_process_without_redis_counts_and_keeps_values_alone():
    assert [shared.count("requests", 60) for _ in range(3)] == [1, 2, 3]
    shared.put("report", b"7", 60)
    assert (shared.get("report"), shared.get("other")) == (b"7", None)


@needs_redis
def test_processes_count_together(redis, process):
    processes = [process(redis.patient_url) for _ in range(4)]
    redis.run("FLUSHALL")

    replies = at_once(16, lambda number: [processes[number % 4].run(("INCR", "requests"))[0] for _ in range(25)])

    assert sorted(number for part in replies for number in part) == list(range(1, 401))


@needs_redis
def test_counters_and_values_end(installation, redis):
    shared.count("requests", 60)
    shared.put("report", b"7", 30)

    assert 0 < redis.run("TTL", "requests") <= 60
    assert 0 < redis.run("TTL", "report") <= 30


@needs_redis
@pytest.mark.parametrize("fault", ["frozen", "full"])
def test_process_goes_on_alone_after_one_wait(installation, redis, monkeypatch, fault):
    monkeypatch.setattr(shared, "PAUSE", 60)
    assert [shared.count("requests", 60) for _ in range(2)] == [1, 2]
    redis.run("CONFIG", "RESETSTAT")

    with getattr(redis, fault)():
        alone = [shared.count("requests", 60) for _ in range(50)]

    assert alone == list(range(1, 51))
    assert redis.calls("incr") == 1


@needs_redis
def test_process_returns_to_redis_after_the_pause(installation, redis, monkeypatch, caplog):
    monkeypatch.setattr(shared, "PAUSE", 3)
    shared.count("requests", 60)
    with redis.killed():
        alone = [shared.count("requests", 60) for _ in range(50)]
    with pytest.raises(Unavailable):
        installation.run(("PING",))
    time.sleep(3.1)

    assert alone == list(range(1, 51))
    assert shared.count("requests", 60) == 1  # Redis is empty after its start.
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "Redis is unavailable; this process goes on without it",
        "Redis answers again.",
    ]


@needs_redis
def test_only_one_thread_tries_again(installation, redis, monkeypatch):
    installation.run(("PING",))
    redis.run("CONFIG", "RESETSTAT")
    monkeypatch.setattr(shared, "PAUSE", 0.05)
    with redis.frozen():
        shared.count("requests", 60)
        time.sleep(0.1)
        monkeypatch.setattr(shared, "PAUSE", 60)
        at_once(16, lambda _: shared.count("requests", 60))

    wait_until(lambda: redis.calls("incr") >= 2, "Redis has read what was sent while it was frozen")
    assert redis.calls("incr") == 2


def test_unreachable_redis_is_unavailable(process):
    client = process(f"redis://127.0.0.1:{free_port()}/0")

    with pytest.raises(Unavailable):
        client.run(("PING",))
