"""Clients that request exports, and an audit of what became of each: one file with rows of its tenant, or a reason."""

from __future__ import annotations

import csv
import io
import re
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.request import urlopen

from chaos.background import Backstage
from chaos.clients import Client
from chaos.stage import Stage
from chaos.verdict import Verdict
from harness.machine import wait_until

EXPORTS = "/api/v1/exports/"
UNFINISHED = {"queued", "running"}
PATIENCE = 180  # seconds until an export has ended
LONGEST = 3  # seconds for the request of an export
# What a worker logs when it has done an export.
DONE = re.compile(r"Job export (\d+) of [\w-]+: done, attempt (\d+)")


class Exporters:
    """Inside the block, a client of each of the first `tenants` requests an export of orders whenever it has none.

    It rests for `rest` seconds in between. Leaving the block waits until all have ended; `accepted` has the ids.
    """

    def __init__(self, stage: Stage, tenants: int, rest: float) -> None:
        self._rest, self._stopping = rest, threading.Event()
        self._clients = [Client(stage, tenant) for tenant in range(tenants)]
        self._threads = [threading.Thread(target=self._export, args=(client,)) for client in self._clients]
        self._errors, self._slowest = list[BaseException](), 0.0
        self.accepted = list[int]()

    def __enter__(self) -> Exporters:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self._errors and kind is None:
            raise self._errors[0]

    def _export(self, client: Client) -> None:
        try:
            while not self._stopping.wait(self._rest):
                begun = time.monotonic()
                export = request(client, "orders")
                self._slowest = max(self._slowest, time.monotonic() - begun)
                self.accepted.append(export)
                finish(client, [export])
        except BaseException as error:
            self._errors.append(error)
        finally:
            client.hang_up()

    def judge(self, verdict: Verdict) -> None:
        """Require that requests were accepted in time. Call it after the block."""
        verdict.at_least("exports of those who write", len(self.accepted), len(self._clients))
        verdict.at_most("longest request of an export, s", round(self._slowest, 2), LONGEST)


def request(client: Client, kind: str = "items") -> int:
    """Request an export and return its id. Raises RuntimeError unless it is accepted."""
    answer = client.send("POST", EXPORTS, {"kind": kind}, Idempotency_Key=uuid.uuid4().hex)
    if answer.status != 202:
        raise RuntimeError(f"{answer.status} {answer.body.decode()}")
    return answer.json["id"]


def states(client: Client, exports: Sequence[int]) -> list[str]:
    return [client.send("GET", f"{EXPORTS}{export}/").json["state"] for export in exports]


def finish(client: Client, exports: Sequence[int]) -> list[dict[str, Any]]:
    """Wait until these exports have ended, and return them, each with the `seconds` that its last attempt took."""

    def ended() -> bool:
        time.sleep(0.1)
        return not UNFINISHED & {*states(client, exports)}

    wait_until(ended, f"the end of exports {exports}", PATIENCE)
    return [_with_seconds(client.send("GET", f"{EXPORTS}{export}/").json) for export in exports]


def _with_seconds(export: dict[str, Any]) -> dict[str, Any]:
    started, finished = (datetime.fromisoformat(export[name].replace("Z", "+00:00"))
                         for name in ("started_at", "finished_at"))  # fmt: skip
    return {**export, "seconds": (finished - started).total_seconds()}


def download(client: Client, export: int) -> bytes:
    """Return the file of an export that is done, from the storage."""
    with urlopen(client.send("GET", f"{EXPORTS}{export}/file/").headers["Location"]) as file:
        return file.read()


def digest(client: Client, export: int) -> str:
    return sha256(download(client, export)).hexdigest()


def attempts(backstage: Backstage) -> dict[int, int]:
    """Return at which attempt each export was done, by its id."""
    return {int(export): int(attempt) for export, attempt in DONE.findall(backstage.log)}


def audit(verdict: Verdict, backstage: Backstage, failed: int = 0) -> None:
    """Require that all exports but `failed` ones are done, once each, and that nothing else is left of any."""
    stage = backstage.stage
    rows = stage.rows("SELECT e.id, t.slug, e.state, e.file, e.rows, e.bytes, e.kind FROM exports_export e"
                      " JOIN tenancy_tenant t ON t.id = e.tenant_id")  # fmt: skip
    owners = dict(stage.rows("SELECT o.id, t.slug FROM orders_order o JOIN tenancy_tenant t ON t.id = o.tenant_id"))
    clients = {f"tenant-{number}": Client(stage, number) for number in range(len(stage.keys))}
    done, other, foreign = [row for row in rows if row[2] == "done"], 0, 0
    for export, tenant, _, _, count, size, kind in done:
        content = download(clients[tenant], export)
        lines = list(csv.DictReader(io.StringIO(content.decode())))
        other += (len(lines), len(content)) != (count, size)
        foreign += sum(owners[int(line["id" if kind == "orders" else "order"])] != tenant for line in lines)
    for client in clients.values():
        client.hang_up()
    files, stored = {row[3] for row in done}, backstage.stored()
    finished = [export for export, _ in DONE.findall(backstage.log)]
    verdict.equal("exports that failed", sum(row[2] == "failed" for row in rows), failed)
    verdict.equal("neither done nor failed", sum(row[2] not in ("done", "failed") for row in rows), 0)
    verdict.equal("done more than once", len(finished) - len({*finished}), 0)
    verdict.equal("files other than described", other, 0)
    verdict.equal("rows of another tenant in them", foreign, 0)
    verdict.equal("files missing", len(files - stored), 0)
    verdict.equal("files left behind", len(stored - files), 0)
    verdict.equal("incomplete uploads", backstage.uploads(), 0)
    verdict.equal("jobs left", stage.rows("SELECT count(*) FROM background_job")[0][0], 0)
