"""Compare the CPU time per request of two commits of this service, served side by side and requested in turns.

    python -m bench.against e2520b9                   compare the working tree with that commit; print a table
    python -m bench.against e2520b9 --head HEAD~2     compare two commits
    python -m bench.against e2520b9 --limit 1.05      fail if a ratio is higher

Each side is a checkout with its own requirements/base.txt installed. Its own `make serve` serves it with one worker, on
a database that its own code migrated. Both databases hold the same rows, on one private PostgreSQL server. CPU time
includes the server's processes and PostgreSQL. Exit status 1 if responses differ or a ratio is above the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.data import Database
from bench.load import burst, load
from bench.pairs import HEADING, Pairs, above
from bench.processor import cpu_seconds_of
from bench.serving import CONNECTIONS
from bench.sides import Serving, Side, two_sides
from bench.works import API, CREATE, LIST, SUMMARY
from harness.machine import find_binaries, missing_programs

FEWEST_ROUNDS = 15
REQUESTS = 128  # per work, side and round
WARM_UP_REQUESTS = 40
DIFFERS_ANYWAY = re.compile("id|.*_at|(?:next|previous)(?:_cursor)?")


@dataclass(frozen=True)
class Work:
    """A request, and the number of connections that send it concurrently."""

    name: str
    path: str
    body: bytes
    connections: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="a commit")
    parser.add_argument("--head", help="another commit; default: the working tree as it is")
    parser.add_argument("--rounds", type=int, default=25, help=f"default 25, at least {FEWEST_ROUNDS}")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, CONNECTIONS], help="at once; default 1 4")
    parser.add_argument("--processors", type=int, default=1, help="that all of it runs on; default 1")
    parser.add_argument("--limit", type=float, help="the highest ratio that passes; default none")
    options = parser.parse_args()
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"fewer than {FEWEST_ROUNDS} rounds say nothing")
    if find_binaries() is None:
        sys.exit(missing_programs()[0])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # Otherwise the servers would outlive it.
    # One processor by default: with several, a side's time varies by up to a fifth with where it happens to run.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.processors])
    with two_sides(options.base, options.head) as sides:
        failures, measured = compare(sides, works_on(sides[0].database, options.connections), options.rounds)
    print(HEADING, *measured, sep="\n")
    failures += [f"{name}: above {options.limit}" for name in above(options.limit, measured)]
    if failures:
        sys.exit("\n".join(failures))


def works_on(database: Database, connections: list[int]) -> list[Work]:
    order, customer = database.one("SELECT ARRAY[max(id), max(customer_id)] FROM orders_order")
    items = [{"sku": f"SKU-{n}", "quantity": n, "unit_price_cents": 100 * n} for n in (1, 2, 3, 4)]
    body = json.dumps({"customer": customer, "items": items}).encode()
    requests = ((LIST, "orders/", b""), ("order detail", f"orders/{order}/", b""), (CREATE, "orders/", body),
                (SUMMARY, "reporting/summary/?limit=50", b""))  # fmt: skip
    return [
        Work(f"{name}, {count} at once", f"{API}{path}", body, count)
        for count in connections
        for name, path, body in requests
    ]


def compare(sides: tuple[Side, Side], works: list[Work], rounds: int) -> tuple[list[str], list[Pairs]]:
    """Measure every work in each round. Return a line for each work whose responses differ, and the figures.

    Each round starts new servers, because two processes with the same code differ by a few per cent all their lives.
    """
    measured = [Pairs(work.name) for work in works]
    differences: list[str] = []
    for number in range(rounds):
        with ExitStack() as stack:
            order = (0, 1) if number % 2 == 0 else (1, 0)
            started = {side: stack.enter_context(sides[side].serving()) for side in order}
            base, head = started[0], started[1]
            if number == 0:
                differences = [f"{work.name}: the responses differ" for work in works if not is_same(base, head, work)]
            for serving in started.values():
                with serving.connections(CONNECTIONS) as connections:
                    for path, body in dict.fromkeys((work.path, work.body) for work in works):
                        burst(connections, serving.request(path, body), WARM_UP_REQUESTS // CONNECTIONS)
            for work, pairs in zip(works, measured, strict=True):
                pairs.rounds.append(measure((base, head), work, order))
        if sys.stderr.isatty():
            print(f"\rround {number + 1} of {rounds}", end="\n" if number + 1 == rounds else "", file=sys.stderr)
    return differences, measured


def is_same(base: Serving, head: Serving, work: Work) -> bool:
    """Whether both sides respond with the same status and body, except for ids, times and links to other pages."""
    seen = []
    for serving in (base, head):
        response = load(serving.server.port, serving.request(work.path, work.body), 1, 0).last
        head_lines, _, body = response.partition(b"\r\n\r\n")
        seen.append((head_lines.split()[1], stable(json.loads(body))))
    return seen[0] == seen[1]


def stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stable(inner) for name, inner in value.items() if not DIFFERS_ANYWAY.fullmatch(name)}
    return [stable(inner) for inner in value] if isinstance(value, list) else value


def measure(servings: tuple[Serving, Serving], work: Work, order: tuple[int, int]) -> list[tuple[float, float]]:
    """Return CPU milliseconds per request of base and head, in pairs measured as close in time as possible.

    A pair is a few requests to the first side of `order` (0: base, 1: head), twice as many to the second, and the same
    few to the first again, so that a steady change of other load affects both sides equally.
    """
    count = max(2, 4 // work.connections)  # over each connection; at least two, so that requests are always in flight
    per_pair = 2 * count * work.connections
    with ExitStack() as stack:
        connections = [stack.enter_context(serving.connections(work.connections)) for serving in servings]
        requests = [serving.request(work.path, work.body) for serving in servings]
        processes = [serving.processes() for serving in servings]
        pairs = []
        for _ in range(max(1, REQUESTS // per_pair)):
            spent = [0.0, 0.0]
            for side in (*order, *reversed(order)):
                before = cpu_seconds_of(processes[side])
                burst(connections[side], requests[side], count)
                spent[side] += cpu_seconds_of(processes[side]) - before
            pairs.append((1000 * spent[0] / per_pair, 1000 * spent[1] / per_pair))
    return pairs


if __name__ == "__main__":
    main()
