"""Hostile clients: slow, silent, flooding, greedy or guessing keys. Other tenants must be served meanwhile."""

from __future__ import annotations

import math
import re
import shutil
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException

from chaos.clients import Client, crowd, server_errors, total
from chaos.stage import Stage
from chaos.verdict import Verdict

LIST, REPORT, SCHEMA = "/api/v1/orders/", "/api/v1/reporting/products/?limit=10000", "/api/v1/schema"
PROMISED = 1.0  # seconds within which other tenants get a response
MODES = {
    "headers": ["-H", "-i", "5"],
    "bodies": ["-B", "-i", "5", "-s", "8192", "-t", "POST"],
    "ranges": ["-R", "-a", "10", "-b", "3000"],
    "reads": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "10", "-k", "3"],
}


class Probes:
    """Request /healthz, and a list as the second tenant, in turns while the block runs."""

    def __init__(self, stage: Stage) -> None:
        self._client, self._stopping = Client(stage, tenant=1), threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.seconds: list[float] = []

    def __enter__(self) -> Probes:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stopping.is_set():
            for path in ("/healthz", LIST):
                started = time.monotonic()
                with suppress(OSError, HTTPException):  # The client counts it.
                    self._client.send("GET", path)
                self.seconds.append(time.monotonic() - started)
            time.sleep(0.02)
        self._client.hang_up()

    def judge(self, verdict: Verdict) -> None:
        verdict.at_least("probes of liveness and of another tenant's list", len(self.seconds), 2)
        verdict.at_most("slowest of them, s", round(max(self.seconds), 2), PROMISED)
        verdict.equal("other answers than 200", sum(self._client.seen.values()) - self._client.seen[200], 0)


def request(stage: Stage, path: str, key: int | None, method: str = "GET", more: str = "") -> bytes:
    """Return the head of a request, with the key of tenant number `key` or without one."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "X-Forwarded-Proto: https", more]
    if key is not None:
        lines.append(f"Authorization: Bearer {stage.keys[key]}")
    return ("\r\n".join(filter(None, lines)) + "\r\n\r\n").encode()


@contextmanager
def connections(stage: Stage, count: int, sent: bytes = b"") -> Iterator[None]:
    """Open `count` connections that send `sent` and then nothing more."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", stage.server.port), timeout=60))
            connection.sendall(sent)
        yield


def unfinished(stage: Stage, count: int, seconds: float, of: int | None) -> Verdict:
    """Send only the first byte of `count` bodies, with the key of the tenant `of` or without one."""
    whose = "without a key" if of is None else "with a key"
    verdict = Verdict(f"{count} unfinished bodies {whose}: others are served", stage.database)
    head = request(stage, "/api/v1/customers/", of, "POST", "Content-Length: 100")
    with Probes(stage) as probes, connections(stage, count, head + b"{"):
        time.sleep(seconds)
    probes.judge(verdict)
    return verdict


def silent(stage: Stage, count: int, seconds: float) -> Verdict:
    verdict = Verdict(f"{count:,} silent connections: others are served", stage.database)
    with Probes(stage) as probes, connections(stage, count):
        time.sleep(seconds)
    probes.judge(verdict)
    return verdict


def slowhttptest(stage: Stage, mode: str, count: int, seconds: int) -> Verdict:
    verdict = Verdict(f"slowhttptest, {count:,} connections, slow {mode}: others are served", stage.database)
    command = ["slowhttptest", *MODES[mode], "-c", str(count), "-r", str(count // 4), "-l", str(seconds), "-p", "1"]
    with Probes(stage) as probes:
        url = f"http://127.0.0.1:{stage.server.port}/"
        done = subprocess.run([*command, "-u", url], capture_output=True, text=True, timeout=seconds + 60)
    verdict.at_least("its own probes", len(re.findall(r"service available:", done.stdout)), 1)
    probes.judge(verdict)
    return verdict


def floods(stage: Stage, schemas: int, requests: int) -> Iterator[Verdict]:
    """Request the schema without a key and hang up at once; then run h2load as one tenant over HTTP/1.1 and HTTP/2."""
    verdict = Verdict(f"{schemas} x the schema, connections closed at once: others are served", stage.database)
    with Probes(stage) as probes:
        head = request(stage, SCHEMA, None)
        for _ in range(schemas):
            with connections(stage, 1, head):
                pass
        time.sleep(0.5)
    probes.judge(verdict)
    yield verdict
    for protocol, options in (("HTTP/1.1", ["--h1", "-c", "32"]), ("HTTP/2", ["-c", "4", "-m", "8"])):
        verdict = Verdict(f"h2load over {protocol}, as one tenant: others are served", stage.database)
        headers = ["-H", "x-forwarded-proto: https", "-H", f"authorization: Bearer {stage.keys[0]}"]
        url = f"http://127.0.0.1:{stage.server.port}{LIST}"
        with Probes(stage) as probes:
            command = ["h2load", *options, "-n", str(requests), *headers, url]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        found = re.search(r"(\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", done.stdout)
        verdict.at_least("its 200s", int(found[1]) if found else 0, requests // 2)
        verdict.note("its 503s, with Retry-After", int(found[4]) if found else 0)
        probes.judge(verdict)
        yield verdict


def greedy(stage: Stage, lists: int, most: float) -> Iterator[Verdict]:
    """Request reports of one tenant, abandoned or awaited, and time `lists` lists of another.

    The lists' p99 may be at most `most` times its normal value.
    """
    _p99(stage, 100)  # Warm up: the first requests of a process are slower.
    normal = _p99(stage, lists)
    abandoned, still_open = request(stage, REPORT, 0), threading.Event()

    def abandon() -> None:
        while not still_open.is_set():
            for _ in range(150):
                with connections(stage, 1, abandoned):
                    pass
                time.sleep(0.8 / 150)

    def keep_open(client: Client) -> None:
        while not still_open.is_set():
            client.send("GET", REPORT)

    for name, count, attack in (
        ("150 abandoned reports in 0.8 s, again and again", 1, lambda client: abandon()),
        ("24 open reports, always", 24, keep_open),
    ):
        verdict = Verdict(f"{name}: another tenant's list stays fast", stage.database)
        still_open.clear()
        with crowd(stage, count) as attackers, ThreadPoolExecutor(count) as threads:
            running = [threads.submit(attack, client) for client in attackers]
            try:
                time.sleep(1)
                attacked = _p99(stage, lists)
            finally:
                still_open.set()
            for future in running:
                future.result()
        verdict.note("lists", lists)
        verdict.note("normal p99, ms", round(1000 * normal, 1))
        verdict.note("p99 then, ms", round(1000 * attacked, 1))
        verdict.at_most("ratio", round(attacked / normal, 2), most)
        verdict.statuses(total(attackers))
        verdict.equal("5xx but 503", server_errors(total(attackers)) - total(attackers)[503], 0)
        yield verdict


def _p99(stage: Stage, count: int) -> float:
    """Return the 99th percentile, in seconds, of `count` sequential list requests of the second tenant."""
    client, seconds = Client(stage, tenant=1), []
    for _ in range(count):
        started = time.perf_counter()
        answer = client.send("GET", LIST)
        seconds.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.body.decode()}")
    client.hang_up()
    return statistics.quantiles(seconds, n=100)[98]


def guesses(stage: Stage, samples: int, most: float) -> Verdict:
    """Compare the response times of keys with existing and unknown prefixes: a timing attack must not succeed.

    The difference may be at most `most` standard deviations from chance.
    """
    verdict = Verdict("Known prefixes cannot be told from unknown ones by time", stage.database)
    known = stage.keys[0].split("_")[1]
    client = Client(stage)
    client.send("GET", LIST)  # The service may now have cached the known prefix's real key.
    kinds: dict[str, Callable[[int], str]] = {
        "known": lambda n: f"rl_{known}_{n}", "unknown": lambda n: f"rl_{n:08x}_{n}",
    }  # fmt: skip
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(samples):
        for kind in sorted(kinds, reverse=bool(number % 2)):
            # Each guess comes from a different address, because an address may fail only 60 times a minute.
            address = f"203.{number >> 8 & 255}.{number & 255}.{kind == 'known':d}"
            headers = {"Authorization": f"Bearer {kinds[kind](number)}", "X_Forwarded_For": address}
            started = time.perf_counter()
            answer = client.send("GET", LIST, **headers)
            seconds[kind].append(time.perf_counter() - started)
            verdict.broken += [] if answer.status == 401 else [f"a guess was answered {answer.status}"]
    client.hang_up()
    slower = sum(a > b for a in seconds["known"] for b in seconds["unknown"]) / samples**2
    verdict.note("samples of each", samples)
    verdict.note("median of known and unknown, ms", [round(1000 * statistics.median(seconds[k]), 2) for k in kinds])
    # Mann-Whitney U test: the share is 0.5 by chance, with this standard deviation.
    deviations = abs(slower - 0.5) / math.sqrt((2 * samples + 1) / (12 * samples**2))
    verdict.note("share of pairs in which the known one took longer", round(slower, 3))
    verdict.at_most("standard deviations from one half", round(deviations, 1), most)
    return verdict


def has_attackers() -> bool:
    """Whether the attacking programs are installed."""
    return all(shutil.which(program) for program in ("slowhttptest", "h2load"))
