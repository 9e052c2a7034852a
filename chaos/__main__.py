"""Chaos tests: whatever fails, each acknowledged change must be made exactly once. Over HTTP, against real servers.

    python -m chaos                       every scenario, small
    python -m chaos workers stop          only these scenarios
    python -m chaos --full                full size; writes chaos/results.json and docs/reliability.md

The exit status is 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos import crashes, deploy, edge, exports, frozen, poison, pooler, races, reads, redis, replica, restore
from chaos.background import backstage
from chaos.soak import soak
from chaos.stage import Stage
from chaos.verdict import Verdict, keep
from harness.postgresql import Cluster
from harness.redis import RedisServer
from harness.standby import Standby


class Theatre:
    """Create a stage for each scenario, of full size if `full`."""

    def __init__(self, cluster: Cluster, folder: Path, full: bool) -> None:
        self.cluster, self._folder, self.full, self._number = cluster, folder, full, 0

    def size(self, full: int, short: int) -> int:
        return full if self.full else short

    @contextmanager
    def stage(self, postgresql: bool, tenants: int = 1, workers: int = 2) -> Iterator[Stage]:
        self._number += 1
        name = f"chaos_{self._number}"
        file = {"DATABASE_URL": f"sqlite:///{self._folder / name}.sqlite3"}
        stage = Stage(self.cluster.new_database(name) if postgresql else file, tenants, workers)
        try:
            yield stage
        finally:
            stage.stop()


def cancels(theatre: Theatre) -> Iterator[Verdict]:
    for postgresql in (True, False):
        with theatre.stage(postgresql, workers=4) as stage:
            for clients in (2, 16, 64):
                yield races.cancels(stage, clients, rounds=theatre.size(20, 2))


def retries(theatre: Theatre) -> Iterator[Verdict]:
    for postgresql in (True, False):
        with theatre.stage(postgresql) as stage:
            yield races.retries(stage, times=theatre.size(50, 5))


def editors(theatre: Theatre) -> Iterator[Verdict]:
    for postgresql in (True, False):
        with theatre.stage(postgresql) as stage:
            for row in ("order", "customer"):
                yield races.editors(stage, clients=theatre.size(32, 4), edits=theatre.size(2, 1), of=row)


def postgresql(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True) as stage:
        yield crashes.postgresql_killed(theatre.cluster, stage, kills=theatre.size(10, 1))


def workers(theatre: Theatre) -> Iterator[Verdict]:
    for on_postgresql in (True, False):
        with theatre.stage(on_postgresql) as stage:
            yield crashes.worker_killed(stage, kills=theatre.size(50, 2))


def stop(theatre: Theatre) -> Iterator[Verdict]:
    for on_postgresql in (True, False):
        with theatre.stage(on_postgresql) as stage:
            yield crashes.server_stopped(stage, requests=12)


def sqlite(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(False, workers=3) as stage:
        yield races.writers(stage, clients=8, orders=theatre.size(2_000, 20))


def endurance(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=3) as stage:
        if theatre.full:
            yield soak(stage, seconds=600, rest=35)
        else:
            yield soak(stage, seconds=10, most_growth=0.5)


def slow(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=2) as stage:
        for count in (6, 12, 100):
            yield edge.unfinished(stage, count, theatre.size(30, 2), of=None)
        yield edge.unfinished(stage, 100, theatre.size(30, 2), of=0)
        for count in (1_000, 3_000):
            yield edge.silent(stage, count, theatre.size(30, 2))
        for mode in edge.MODES:
            yield edge.slowhttptest(stage, mode, theatre.size(1_000, 100), theatre.size(30, 3))


def floods(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=2) as stage:
        yield from edge.floods(stage, schemas=400, requests=theatre.size(5_000, 200))


def greedy(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=2) as stage:
        stage.seed(customers=theatre.size(20_000, 200))
        yield from edge.greedy(stage, lists=theatre.size(1_000, 100), most=3)


def guesses(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True) as stage:
        yield edge.guesses(stage, samples=theatre.size(1_000, 100), most=3)


def frozen_host(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True) as stage:
        for clients in (10, 64) if theatre.full else (10,):
            yield frozen.host_frozen(stage, clients)


def pooler_killed(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=3) as stage:
        yield pooler.pooler_killed(stage, kills=theatre.size(20, 2))


def restored(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=3) as stage:
        yield from restore.restored(theatre.cluster, stage, orders=theatre.size(1_000, 50))


def replica_failing(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=3) as stage:
        standby = Standby(theatre.cluster)
        try:
            for fault, seconds in zip(replica.FAULTS, (20, 20, 60), strict=True):
                yield replica.failing(stage, standby, fault, theatre.size(seconds, 3 if fault != "held back" else 15))
        finally:
            standby.stop()


def redis_failing(theatre: Theatre) -> Iterator[Verdict]:
    server = RedisServer()
    try:
        with theatre.stage(True, tenants=3) as stage, redis.sharing(stage, server) as shared:
            for fault in redis.FAULTS:
                yield redis.failing(shared, server, fault, seconds=theatre.size(6, 1))
            yield redis.limited(shared, clients=64)
    finally:
        server.stop()


def exported(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=exports.WRITING + 1) as stage:
        stage.seed(300, tenant=exports.WRITING)
        with backstage(stage) as behind:
            yield exports.workers_killed(behind, hits=theatre.size(20, 2))


def queue_failed(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=exports.WRITING + 1) as stage:
        stage.seed(300, tenant=exports.WRITING)
        with backstage(stage, is_scheduled=theatre.full) as behind:
            for fault in exports.FAULTS if theatre.full else ("killed", "repeating messages"):
                yield exports.queue_failed(behind, fault, seconds=theatre.size(60, 5))


def poisoned(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=exports.WRITING + 1) as stage:
        stage.seed(200, tenant=exports.WRITING)
        # The full size has production's lease: what a killed worker had fetched is sent again before its lease ends.
        with backstage(stage, workers=1, JOB_SECONDS="2", JOB_LEASE_SECONDS="30" if theatre.full else "2") as behind:
            for fault in [*poison.POISON][: theatre.size(3, 2)]:
                yield poison.never_done(theatre.cluster, behind, fault, hurry=not theatre.full)


def deployed(theatre: Theatre) -> Iterator[Verdict]:
    with theatre.stage(True, tenants=3) as stage, tempfile.TemporaryDirectory() as folder:
        yield from deploy.old_code(stage, Path(folder), orders=theatre.size(2_000, 40))


def beside_exports(theatre: Theatre) -> Iterator[Verdict]:
    """Ratios of times are measured only in full, on an idle machine."""
    with theatre.stage(True, tenants=2) as stage:
        stage.seed(theatre.size(200_000, 2_000))
        stage.seed(20, tenant=1)
        with backstage(stage, workers=1) as behind:
            yield reads.beside_reads(behind, seconds=theatre.size(30, 3), most=2 if theatre.full else 100)


SCENARIOS: dict[str, Callable[[Theatre], Iterator[Verdict]]] = {
    "cancels": cancels,
    "retries": retries,
    "editors": editors,
    "postgresql": postgresql,
    "workers": workers,
    "stop": stop,
    "sqlite": sqlite,
    "soak": endurance,
    "slow": slow,
    "floods": floods,
    "greedy": greedy,
    "guesses": guesses,
    "frozen": frozen_host,
    "pooler": pooler_killed,
    "restore": restored,
    "redis": redis_failing,
    "replica": replica_failing,
    "exports": exported,
    "queue": queue_failed,
    "poison": poisoned,
    "reads": beside_exports,
    "deploy": deployed,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"of {', '.join(SCENARIOS)}; default: all")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    broken = False
    with tempfile.TemporaryDirectory(prefix="regression-lab-") as folder:
        cluster = Cluster(durable=True)
        try:
            theatre = Theatre(cluster, Path(folder), options.full)
            for name in options.scenarios or SCENARIOS:
                verdicts, started = [], time.monotonic()
                for verdict in SCENARIOS[name](theatre):
                    verdicts.append(verdict)
                    print(json.dumps(vars(verdict)), flush=True)
                    broken |= bool(verdict.broken)
                print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
                if options.full:
                    keep(name, verdicts)
        finally:
            cluster.stop()
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
