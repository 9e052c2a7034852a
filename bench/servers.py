"""Compare servers for this service. Each candidate serves the same database, in turns.

    python -m bench.servers             1,600 orders, 5 rounds of 1 second

Besides speed, it tests requests in flight when the server stops: four requests wait for a table lock, SIGTERM is sent,
the lock is released. How many of the four get a response?
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from statistics import median
from typing import Any

from bench.data import Database
from bench.load import Load, load, request_bytes
from bench.serving import HEADERS, PRODUCT, Served, granian
from harness.postgresql import Cluster

LIST, DETAIL = "/api/v1/orders/", "/api/v1/orders/1/"
GUNICORN = ["gunicorn", "config.wsgi", "--bind=127.0.0.1:{port}", "--timeout=60", "--log-level=warning"]
THREADED = ["--worker-class=gthread", "--keep-alive=60"]
APPLICATION = "config.wsgi:application"
CANDIDATES = {
    "as served: granian, ASGI, 3 + 2 threads": PRODUCT,
    "gunicorn sync, 1 worker": [*GUNICORN, "--workers=1"],
    "gunicorn gthread, 1 x 3": [*GUNICORN, *THREADED, "--workers=1", "--threads=3"],
    "gunicorn gthread, 1 x 4": [*GUNICORN, *THREADED, "--workers=1", "--threads=4"],
    "gunicorn gthread, 2 x 3": [*GUNICORN, *THREADED, "--workers=2", "--threads=3"],
    "granian, 1 x 2": granian(APPLICATION, threads=2),
    "granian, 1 x 3": granian(APPLICATION, threads=3),
    "granian, 1 x 4": granian(APPLICATION, threads=4),
    "granian, 2 x 3": granian(APPLICATION, workers=2, threads=3),
    "waitress, 4 threads": ["waitress-serve", "--listen=127.0.0.1:{port}", "--threads=4",
                            "--trusted-proxy=127.0.0.1", "--trusted-proxy-headers=x-forwarded-proto",
                            "config.wsgi:application"],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    cluster = Cluster()
    try:
        database = Database(cluster, "servers")
        headers = {**HEADERS, "Authorization": f"Bearer {database.make_tenants()}"}
        database.fill(1_600)
        environment = {"DJANGO_SETTINGS_MODULE": "config.settings", **database.product}
        loads: dict[tuple[str, str], list[Load]] = {}
        rows: list[dict[str, Any]] = [{"server": name} for name in CANDIDATES]
        served = {name: Served(command, environment, "/healthz") for name, command in CANDIDATES.items()}
        try:
            for number in range(1 + options.rounds):
                for name, server in served.items():
                    for path in (LIST, DETAIL):
                        found = load(server.port, request_bytes(server.port, path, headers), 4, options.seconds)
                        if number:  # The first round is warm-up.
                            loads.setdefault((name, path), []).append(found)
            for row in rows:
                row["cold_start_ms"] = round(1000 * served[row["server"]].cold_start)
                row["worker_megabytes"] = round(served[row["server"]].worker_megabytes())
                for label, path in (("list", LIST), ("detail", DETAIL)):
                    found = loads[row["server"], path]
                    rates = [one.rate for one in found]
                    times = sorted(1000 * seconds for one in found for seconds in one.times)
                    row[label] = f"{median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})"
                    row[f"{label}_p99_ms"] = round(times[int(0.99 * (len(times) - 1))], 1)
            for row in rows:
                row |= stopped_under_way(served[row["server"]], database, request_bytes(0, DETAIL, headers))
        finally:
            for server in served.values():
                if server.process.poll() is None:
                    server.stop()
    finally:
        cluster.stop()
    for row in rows:
        print(json.dumps(row))


def stopped_under_way(server: Served, database: Database, request: bytes) -> dict[str, Any]:
    """Send SIGTERM while four requests wait for a lock. Return how many got a response, and seconds until the exit."""
    found: list[Load] = []
    client = threading.Thread(target=lambda: found.append(load(server.port, request, 4, 0, may_lose=True)))
    with database.superuser() as connection:
        connection.execute("LOCK TABLE orders_order IN ACCESS EXCLUSIVE MODE")
        client.start()
        time.sleep(1)
        server.process.terminate()
        time.sleep(2)
        connection.rollback()
    started = time.perf_counter()
    server.process.wait(90)
    seconds = time.perf_counter() - started
    client.join()
    return {"answered_of_4": len(found[0].times), "exit_seconds": round(seconds, 1)}


if __name__ == "__main__":
    main()
