"""A small version of `make chaos`: each scenario, against the production server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos import crashes, deploy, edge, exports, poison, pooler, races, redis, replica, restore
from chaos.background import backstage
from chaos.soak import soak
from chaos.stage import Stage
from harness.machine import find_pgbouncer, missing_programs
from harness.postgresql import Cluster
from harness.redis import RedisServer
from harness.standby import Standby


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """A PostgreSQL server that a scenario may kill; None on SQLite."""
    if request.config.option.database == "sqlite":
        yield None
        return
    cluster = Cluster(durable=True)
    yield cluster
    cluster.stop()


@pytest.fixture
def stage(cluster: Cluster | None, tmp_path: Path) -> Iterator[Stage]:
    """The service with a database of its own."""
    file = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    stage = Stage(cluster.new_database("chaos") if cluster else file, tenants=3)
    yield stage
    stage.stop()


@pytest.mark.skipif(not edge.has_attackers(), reason=" ".join(missing_programs()))
def test_every_attack_on_the_edge_keeps_its_promise(stage):
    """Ratios of times are measured only by `make chaos`, on an idle machine."""
    stage.seed(customers=100)
    played = [
        edge.unfinished(stage, 12, seconds=1, of=None),
        edge.unfinished(stage, 12, seconds=1, of=0),
        edge.silent(stage, 200, seconds=1),
        *[edge.slowhttptest(stage, mode, count=50, seconds=2) for mode in edge.MODES],
        *edge.floods(stage, schemas=100, requests=200),
        *edge.greedy(stage, lists=50, most=100),
        edge.guesses(stage, samples=50, most=6),
    ]

    assert len(played) == 13
    assert {verdict.promise: verdict.broken for verdict in played} == {verdict.promise: [] for verdict in played}


def test_every_scenario_keeps_its_promise(cluster, stage):
    """This is one test, as otherwise each process of a parallel run would start servers. The crashes come last."""
    played = [
        races.cancels(stage, clients=8, rounds=2),
        races.retries(stage, times=8),
        races.editors(stage, clients=4, edits=1, of="order"),
        races.editors(stage, clients=4, edits=1, of="customer"),
        races.writers(stage, clients=8, orders=16),
        soak(stage, seconds=2, most_growth=0.5),
        crashes.server_stopped(stage, requests=8),
        crashes.worker_killed(stage, kills=1),
    ]
    if cluster:
        played.append(crashes.postgresql_killed(cluster, stage, kills=1, longest_down=0.5))
        played += restore.restored(cluster, stage, orders=20)

    assert len(played) == (11 if cluster else 8)
    assert {verdict.promise: verdict.broken for verdict in played} == {verdict.promise: [] for verdict in played}


@pytest.mark.postgresql
@pytest.mark.skipif(find_pgbouncer() is None, reason=" ".join(missing_programs()))
def test_pooler_that_is_killed_keeps_its_promise(stage):
    assert pooler.pooler_killed(stage, kills=2, longest_down=0.5).broken == []


@pytest.mark.postgresql
def test_replica_that_stops_keeps_its_promises(cluster, stage):
    """tests/database/test_replica.py has the other faults, with a lag of one second."""
    standby = Standby(cluster)
    try:
        verdict = replica.failing(stage, standby, "stopped", seconds=1)
    finally:
        standby.stop()

    assert verdict.broken == []


@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("redis-server") is None, reason=" ".join(missing_programs()))
def test_redis_that_fails_keeps_its_promises(stage):
    """tests/edge/test_redis.py has the other faults, and shows that limits are exact again in the next minute."""
    server = RedisServer()
    try:
        with redis.sharing(stage, server) as shared:
            verdict = redis.failing(shared, server, "killed", seconds=1)
    finally:
        server.stop()

    assert verdict.broken == []


@pytest.mark.postgresql
def test_last_release_serves_on_this_schema(stage, tmp_path):
    verdicts = deploy.old_code(stage, tmp_path, orders=20)

    assert {verdict.promise: verdict.broken for verdict in verdicts} == {verdict.promise: [] for verdict in verdicts}


@pytest.fixture
def exporting(cluster: Cluster) -> Iterator[Stage]:
    """The service with a tenant that does not write, besides those that do."""
    stage = Stage(cluster.new_database("exports"), tenants=exports.WRITING + 1)
    stage.seed(300, tenant=exports.WRITING)
    yield stage
    stage.stop()


@pytest.mark.postgresql
def test_exports_survive_killed_workers_and_a_lost_queue(exporting):
    with backstage(exporting) as behind:
        assert exports.workers_killed(behind, hits=2).broken == []
        assert exports.queue_failed(behind, "killed", seconds=5).broken == []


@pytest.mark.postgresql
def test_export_that_always_fails_holds_up_no_other(cluster, exporting):
    with backstage(exporting, workers=1) as behind:
        assert poison.never_done(cluster, behind, "raises an error", hurry=True).broken == []
