"""Benchmark this service against other frameworks: same workload, same rows, interleaved rounds.

    python -m bench.compare                  1,600 orders; print the figures
    python -m bench.compare 1600 100000      other sizes
    python -m bench.compare --full --write   all three sizes; write results.json, the tables and the picture

Times depend on the machine and its load: compare within a run, never between runs. Exit status 1 if a contender's
response differs or a stored total has drifted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from apps.database.statements import NOT_COUNTED
from bench import lists, payers, report, reports
from bench.data import TABLES, Database
from bench.pairs import spread
from bench.report import COPY, LOOP, SEED
from bench.serving import PRODUCT, THREADS, Served
from bench.works import API, LITE, SERVED_BY, SERVERS, US, Asked, Work, environment_of, works
from harness.machine import ROOT
from harness.postgresql import Cluster
from harness.processes import manage

FULL = (1_600, 100_000, 1_000_000)
PACKAGES = ("django", "djangorestframework", "django-ninja", "fastapi", "sqlalchemy", "asyncpg", "psycopg", "orjson",
            "granian", "uvicorn", "pydantic")  # fmt: skip
SEEDS = ((200, 8, 4), (12_500, 8, 4), (125_000, 8, 4))  # customers, orders per customer, items per order


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[FULL[0]], help="orders; default 1600")
    parser.add_argument("--full", action="store_true", help="all sizes, and a seed of a million orders")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each round")
    parser.add_argument("--write", action="store_true", help="results.json, README.md, growth.svg")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    errors: list[str] = []
    document = {"rounds": options.rounds, "seconds": options.seconds, "threads": THREADS,
                "errors": errors, "results": results}  # fmt: skip
    cluster = Cluster()
    try:
        with psycopg.connect(cluster.url_of("superuser")) as server:
            document["machine"] = machine(server.info.server_version)
        for size in FULL if options.full else options.sizes:
            say(f"{size:,} orders")
            measure_size(size, cluster, options, results, errors)
            keep(document, options)
        if options.full:
            measure_catalogue(FULL[-1], cluster, options, results, errors)
        for numbers in SEEDS if options.full else SEEDS[:1]:
            measure_seed(cluster, numbers, 1 if numbers == SEEDS[-1] else options.rounds, results)
            keep(document, options)
    finally:
        cluster.stop()
    say(report.tables(document))
    for error in errors:
        print(error, file=sys.stderr)
    sys.exit(1 if errors else 0)


def keep(document: dict[str, Any], options: Any) -> None:
    if options.write:
        (ROOT / "bench/results.json").write_text(json.dumps(document, indent=1) + "\n")
        report.write(document)


def say(text: str) -> None:
    print(text, flush=True)


def machine(postgresql: int) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version(),
        "postgresql": f"{postgresql // 10000}.{postgresql % 10000}",
        "packages": {name: version(name) for name in PACKAGES},
    }  # fmt: skip


def measure_size(size: int, cluster: Cluster, options: Any, results: list[Any], errors: list[str]) -> None:
    """Fill a database, start every contender's server on it and run each workload against them in turn.

    At a million orders, the cost for payers is measured before that, in a copy. Append to `results` and `errors`.
    """
    database = Database(cluster, f"orders_{size}")
    key = database.make_tenants()
    say(f"  filled in {database.fill(size):.0f} s")
    if size == FULL[-1]:
        rows, failures = payers.measure(database, key, size)
        results += rows
        errors += failures
        say("\n".join(map(payers.line, rows)))
    with tempfile.TemporaryDirectory() as folder:
        lite = database.copy_to_sqlite(Path(folder) / "db.sqlite3")
        servers: dict[str, Served] = {}
        starts: dict[str, list[float]] = {}
        try:
            for name, (command, probe) in SERVERS.items():
                for _ in range(3 if size == FULL[0] else 1):
                    if name in servers:
                        servers[name].stop()
                    servers[name] = Served(command, environment_of(name, database, lite), probe)
                    starts.setdefault(name, []).append(1000 * servers[name].cold_start)
            asked = Asked(servers, database, key)
            if size >= FULL[1]:
                rows, failures = lists.measure(asked, size, (lists.UNMARKED,) if size == FULL[-1] else (LITE,))
                results += rows
                errors += failures
                say("\n".join(map(report.lists_line, rows)))
            for work in [*report_works(size, asked, errors), *works(size, database, asked)]:
                measure_work(work, size, database, asked, options, results, errors)
            for name, server in servers.items():
                figures = {"cold_start_ms": spread(starts[name]), "megabytes": round(server.worker_megabytes(), 1)}
                results.append({"work": "process", "size": size, "contender": name, **figures})
        finally:
            for server in servers.values():
                server.stop()
        for environment in (database.product, lite):
            try:
                manage(environment, "reconcile")
            except subprocess.CalledProcessError:
                errors.append(f"{size:,} orders: a maintained number drifted")
    database.drop()


def report_works(size: int, asked: Asked, errors: list[str]) -> list[Work]:
    """Return the reports' workloads; none for few orders. One that the schema has and they lack is an error."""
    if size < FULL[1]:
        return []
    schema = asked.answer(US, Work("schema", {US: f"{API}schema"}, dict))
    errors += [f"{address} is not measured; add it to bench/reports.py" for address in reports.not_measured(schema)]
    return reports.works(reports.REPORTS, (US,) if size == FULL[-1] else (US, LITE))


def measure_catalogue(size: int, cluster: Cluster, options: Any, results: list[Any], errors: list[str]) -> None:
    """Measure the products report of a tenant with many products, on a database of its own."""
    database = Database(cluster, "catalogue")
    key = database.make_tenants()
    database.fill(size, reports.SKUS)
    server = Served(PRODUCT, environment_of(US, database, {}), "/healthz")
    try:
        for work in reports.works(reports.CATALOGUE, (US,)):
            measure_work(work, size, database, Asked({US: server}, database, key), options, results, errors)
    finally:
        server.stop()
    database.drop()


def measure_work(
    work: Work, size: int, database: Database, asked: Asked, options: Any, results: list[Any], errors: list[str]
) -> None:
    contenders = list(work.addresses)
    answers = {name: work.same(asked.answer(name, work)) for name in contenders if not name.endswith("page 1")}
    for name, answer in answers.items():
        if answer != answers[US] or not answer:
            errors.append(f"{size:,} orders, {work.name}: the answer of {name} is not this service's, or is empty")
    counts = {
        name: sum(
            not NOT_COUNTED.search(statement)
            for statement in database.statements_of(lambda name=name: asked.answer(name, work))
        )
        for name in contenders if SERVED_BY.get(name, name) != LITE
    }  # fmt: skip
    for name in contenders:
        asked.load(name, work, options.seconds / 2)
    loads: dict[str, list[Any]] = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name in contenders:
            loads[name].append(asked.load(name, work, options.seconds))
    for name in contenders:
        times = sorted(1000 * seconds for load in loads[name] for seconds in load.times)
        results.append({
            "work": work.name, "size": size, "contender": name,
            "requests_per_second": spread([load.rate for load in loads[name]]),
            "milliseconds": spread([1000 * median(load.times) for load in loads[name]]),
            "p99_milliseconds": round(times[int(0.99 * (len(times) - 1))], 3), "statements": counts.get(name),
            "cpu_milliseconds": round(1000 * sum(load.cpu_seconds for load in loads[name]) / len(times), 3),
        })  # fmt: skip
        rate = results[-1]["requests_per_second"]
        say(f"  {work.name:36}{name:30}{rate['median']:>10,.1f} /s  ({rate['low']:,.1f} to {rate['high']:,.1f})")


def measure_seed(cluster: Cluster, numbers: tuple[int, int, int], rounds: int, results: list[Any]) -> None:
    """Time, in turns: the service's seed, a raw COPY of the rows it wrote, and (if small) the predecessor's loop."""
    orders = numbers[0] * numbers[1]
    database = Database(cluster, f"seed_{orders}")
    database.make_tenants()
    # Seed as the owner, as `manage.py seed` does, because that role may run ANALYZE.
    owner = {"DATABASE_URL": database.product["DATABASE_OWNER_URL"], "PLUGINS": "apps.devtools"}
    product = {**database.product, **owner}
    found: dict[str, list[dict[str, float]]] = {SEED: [], COPY: [], LOOP: []}
    for _ in range(rounds):
        database.empty()
        found[SEED].append(seed("product", numbers, product))
        found[COPY].append({"seconds": database.copy_again(TABLES[2:6])})
        if orders < 10_000:
            database.empty()
            found[LOOP].append(seed("predecessor", numbers, database.peers))
    for name, runs in found.items():
        if runs:
            entry = {"work": "seed", "size": orders, "contender": name, "seconds": spread([r["seconds"] for r in runs])}
            if "megabytes" in runs[0]:
                entry["megabytes"] = round(max(run["megabytes"] for run in runs), 1)
            results.append(entry)
            say(f"  seed {orders:,} {name:30}{entry['seconds']['median']:10.2f} s")


def seed(who: str, numbers: tuple[int, int, int], environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.seeding", who, *map(str, numbers)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
