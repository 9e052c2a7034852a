"""Reads of one tenant while another one's million orders are exported."""

from __future__ import annotations

import statistics
import threading
import time
from typing import Any

import psycopg

from chaos.background import Backstage
from chaos.clients import ORDERS, Client, crowd
from chaos.exporters import finish, request
from chaos.verdict import Verdict
from config.worker import lower_priority

CLIENTS = 20


def beside_reads(backstage: Backstage, seconds: float, rate: int = 200, most: float = 2) -> Verdict:
    """Read a page of orders `rate` times a second for `seconds`, without an export and then during exports.

    The first tenant exports its orders again and again, the second one reads. The reads' p99 may be at most `most`
    times its normal value.
    """
    verdict = Verdict(f"Export of all orders beside {rate} reads/s: the reads' p99 stays below twice", "PostgreSQL")
    with psycopg.connect(backstage.stage.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")  # Otherwise autovacuum does so during the reads, as the rows are new.
    lower_priority(backstage.storage.process.pid)  # It stands for S3, which is another machine.
    _milliseconds(backstage, 5, rate)  # Warm up.
    normal = _milliseconds(backstage, seconds, rate)
    exports, stopping = list[dict[str, Any]](), threading.Event()

    def export() -> None:
        with crowd(backstage.stage, 1) as (client,):
            while not stopping.is_set():
                exports.extend(finish(client, [request(client, "orders")]))

    thread = threading.Thread(target=export)
    thread.start()
    try:
        time.sleep(1)
        beside = _milliseconds(backstage, seconds, rate)
    finally:
        stopping.set()
        thread.join()
    verdict.note("orders in each export", exports[0]["rows"])
    verdict.at_least("exports meanwhile", len(exports), 1)
    verdict.note("seconds of an export", round(statistics.median(export["seconds"] for export in exports), 1))
    for name, milliseconds in (("without an export", normal), ("during exports", beside)):
        verdict.note(f"median and p99 {name}, ms", [round(statistics.median(milliseconds), 1), _p99(milliseconds)])
        verdict.at_least(f"reads a second {name}", round(len(milliseconds) / seconds), rate * 0.95)
    verdict.at_most("ratio of the p99", round(_p99(beside) / _p99(normal), 2), most)
    return verdict


def _p99(milliseconds: list[float]) -> float:
    return round(statistics.quantiles(milliseconds, n=100)[98], 1)


def _milliseconds(backstage: Backstage, seconds: float, rate: int) -> list[float]:
    """Return how long each read took, from the moment at which it was due."""
    taken, start = list[float](), time.perf_counter() + 0.1

    def read(number: int) -> None:
        client = Client(backstage.stage, tenant=1)
        for turn in range(number, int(seconds * rate), CLIENTS):
            due = start + turn / rate
            time.sleep(max(0, due - time.perf_counter()))
            answer = client.send("GET", ORDERS)
            taken.append(1000 * (time.perf_counter() - due))
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} {answer.body.decode()}")
        client.hang_up()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken
